import { mailSettings } from "@/lib/email/resend";
import { type Finding, look, note, ok, problem } from "./finding";

const RESEND = "https://api.resend.com";

/** Whether Resend may send from the address in MAIL_FROM: its domain must be verified there. */
export async function lookAtMail(send: typeof fetch = fetch): Promise<Finding[]> {
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
