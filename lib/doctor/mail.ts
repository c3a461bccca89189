import { DELIVERY_EVENTS } from "@/lib/email/deliveries";
import { mailSettings } from "@/lib/email/resend";
import { env } from "@/lib/env";
import { type Finding, look, note, ok, problem } from "./finding";

const RESEND = "https://api.resend.com";

/** Whether Resend may send from the address in MAIL_FROM, and tells us what becomes of mail, if we have its secret. */
export async function lookAtMail(send: typeof fetch = fetch): Promise<Finding[]> {
  const sender = await lookAtSender(send);
  const isAsked = sender.every(({ kind }) => kind === "ok") && env().RESEND_WEBHOOK_SECRET;
  return [...sender, ...(isAsked ? await lookAtDeliveries(send) : [])];
}

const endpoint = () => `${env().APP_URL}/api/resend/webhook`;

/** Whether Resend tells what became of each mail: an endpoint of ours that is enabled and hears all of it. */
async function lookAtDeliveries(send: typeof fetch): Promise<Finding[]> {
  return look("Resend's webhooks could not be asked", "Check whether resend.com can be reached.", async () => {
    const answer = await send(`${RESEND}/webhooks?limit=100`, {
      headers: { authorization: `Bearer ${mailSettings().key}` },
    });
    if (!answer.ok) throw new Error(`it answered ${answer.status}`);
    const { data = [] } = (await answer.json()) as {
      data?: Array<{ endpoint: string; status: string; events: string[] | null }>;
    };
    const ours = data.find((webhook) => webhook.endpoint === endpoint());
    const wayOut = `In Resend, Webhooks: ${endpoint()}, enabled, with all events of "email".`;
    if (!ours) return [problem(`Resend has no webhook for ${endpoint()}.`, wayOut)];
    if (ours.status !== "enabled") return [problem("Resend's webhook is disabled.", wayOut)];
    const missing = DELIVERY_EVENTS.filter((type) => ours.events !== null && !ours.events.includes(type));
    return missing.length > 0
      ? [problem(`Resend's webhook does not hear ${missing.join(", ")}.`, wayOut)]
      : [ok("Resend tells what became of each mail.")];
  });
}

/** Whether the domain of MAIL_FROM is verified at Resend. */
async function lookAtSender(send: typeof fetch): Promise<Finding[]> {
  const wayOut = "Check RESEND_API_KEY, and whether resend.com can be reached.";
  return look("Resend could not be asked", wayOut, async () => {
    const { key, baseUrl, from } = mailSettings();
    if (baseUrl) return [note(`Mail goes to ${baseUrl}, not to Resend.`)];
    const domain = domainOf(from);
    if (!domain)
      return [problem(`MAIL_FROM is ${from}, which names no address.`, 'Write it as "Name <you@example.com>".')];
    const answer = await send(`${RESEND}/domains`, { headers: { authorization: `Bearer ${key}` } });
    const body = (await answer.json()) as {
      name?: string;
      message?: string;
      data?: Array<{ name: string; status: string }>;
    };
    if (body.name === "restricted_api_key") {
      return [
        note(
          `The Resend key may only send, so whether ${domain} is verified cannot be asked. Look in Resend, Domains.`,
        ),
      ];
    }
    if (!answer.ok) return [problem(`Resend refused the key: ${body.message ?? answer.status}`, wayOut)];
    const known = body.data?.find(({ name }) => domain === name || domain.endsWith(`.${name}`));
    if (known?.status === "verified") return [ok(`Resend may send from ${domain}.`)];
    const text = known
      ? `The domain ${known.name} is ${known.status} at Resend.`
      : `Resend does not know the domain ${domain}.`;
    return [problem(text, "Add it in Resend, Domains, and set the DNS records it shows.")];
  });
}

/** The domain of a sender, written alone or as "Name <address>". */
export function domainOf(from: string): string | null {
  return /@([^\s<>@]+)>?\s*$/.exec(from)?.[1]?.toLowerCase() ?? null;
}
