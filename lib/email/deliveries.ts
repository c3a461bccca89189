import { Resend, type WebhookEventPayload } from "resend";
import { z } from "zod";
import { now } from "@/lib/clock";
import { env } from "@/lib/env";
import { rpc } from "@/lib/supabase/rpc";
import { DELIVERY_TAG } from "./resend";

/** What Resend says about a mail is a few kilobytes. */
export const MAX_DELIVERY_BYTES = 200_000;

export type DeliveryState = "sent" | "delayed" | "delivered" | "failed" | "suppressed" | "bounced" | "complained";

/** What one event of Resend's says about one copy. */
export interface Told {
  state: DeliveryState;
  /** In the words of whoever refused it. */
  reason: string | null;
  /** The address takes no mail for good, or its reader called it spam. */
  isFinal: boolean;
}

/** What Resend has to tell us, for the doctor. */
export const DELIVERY_EVENTS = [
  "email.sent",
  "email.delivered",
  "email.delivery_delayed",
  "email.bounced",
  "email.complained",
  "email.failed",
  "email.suppressed",
] as const;

/** What an event means for the mail it is about; null for one that is about something else, such as a click. */
export function meaningOf(event: WebhookEventPayload): Told | null {
  const told = (state: DeliveryState, reason: string | null = null, isFinal = false): Told => ({
    state,
    reason,
    isFinal,
  });
  if (event.type === "email.sent") return told("sent");
  if (event.type === "email.delivery_delayed") return told("delayed");
  if (event.type === "email.delivered") return told("delivered");
  if (event.type === "email.complained") return told("complained", "The reader called it spam.", true);
  if (event.type === "email.failed") return told("failed", event.data.failed.reason);
  if (event.type === "email.suppressed") return told("suppressed", event.data.suppressed.message, true);
  if (event.type === "email.bounced")
    return told("bounced", event.data.bounce.message, event.data.bounce.type === "Permanent");
  return null;
}

/** The headers of a signed message. */
export interface Signed {
  id: string | null;
  timestamp: string | null;
  signature: string | null;
}

const about = z.object({
  created_at: z.coerce.date(),
  data: z.object({
    email_id: z.string().min(1),
    to: z.array(z.string()).default([]),
    tags: z.record(z.string(), z.string()).optional(),
  }),
});

/** Verifies with each of our secrets, so that a secret can be changed without losing an event; null if none fits. */
function verified(body: string, { id, timestamp, signature }: Signed, secrets: string[]): WebhookEventPayload | null {
  if (!id || !timestamp || !signature) return null;
  const { webhooks } = new Resend("re_only_verifies");
  for (const webhookSecret of secrets) {
    try {
      return webhooks.verify({ payload: body, headers: { id, timestamp, signature }, webhookSecret });
    } catch (error) {
      if (!isRefusal(error)) throw error;
    }
  }
  return null;
}

const isRefusal = (error: unknown) =>
  error instanceof SyntaxError || (error instanceof Error && error.name === "WebhookVerificationError");

export type Received =
  | { status: 200; code: "noted" | "known" | "ignored" }
  | { status: 400; code: "bad_signature" }
  | { status: 404; code: "closed" };

const uuid = z.uuid();

/**
 * Takes in what became of a mail, once for each message however often Resend sends it, in whatever order. Mail that had
 * to be told and did not arrive becomes an alert in the same transaction.
 * @param livemode the mode of our Stripe key, under which the alert stands
 * @throws RpcError when the database cannot answer; Resend then sends it again
 */
export async function receiveDelivery(body: string, signed: Signed, livemode: boolean): Promise<Received> {
  const secrets = (env().RESEND_WEBHOOK_SECRET ?? "")
    .split(",")
    .map((secret) => secret.trim())
    .filter(Boolean);
  if (secrets.length === 0) return { status: 404, code: "closed" };
  const event = verified(body, signed, secrets);
  if (!event) return { status: 400, code: "bad_signature" };
  const told = meaningOf(event);
  const facts = about.safeParse(event);
  if (!told || !facts.success) return { status: 200, code: "ignored" };
  const { email_id, to, tags } = facts.data.data;
  const { code } = await rpc<{ code: "noted" | "known" | "ignored" }>("receive_mail_event", {
    event: {
      id: signed.id,
      type: event.type,
      state: told.state,
      delivery_id: uuid.safeParse(tags?.[DELIVERY_TAG]).data ?? null,
      provider_id: email_id,
      address: to[0] ?? null,
      reason: told.reason?.slice(0, 500) ?? null,
      is_final: told.isFinal,
      happened_at: facts.data.created_at,
    },
    livemode,
    at: now(),
  });
  return { status: 200, code };
}
