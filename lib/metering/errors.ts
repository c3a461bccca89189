import Stripe from "stripe";
import { now } from "@/lib/clock";
import { env } from "@/lib/env";
import { isLivemode, stripe } from "@/lib/stripe/client";
import { rpc } from "@/lib/supabase/rpc";

/** What Stripe tells of our meters by thin events, and nothing else does. */
export const THIN_EVENT_TYPES = ["v1.billing.meter.error_report_triggered", "v1.billing.meter.no_meter_found"] as const;
type ThinEventType = (typeof THIN_EVENT_TYPES)[number];

const isOurs = (type: string): type is ThinEventType => (THIN_EVENT_TYPES as readonly string[]).includes(type);

export const MAX_THIN_BODY_BYTES = 100_000;
const TOLERANCE_SECONDS = 300;
const MOST = 20;
const MAX_ATTEMPTS = 12;

export type ThinReceived =
  | { status: 200; code: "stored" | "duplicate" | "ignored" }
  | { status: 400; code: "bad_signature" | "not_thin" }
  | { status: 413; code: "too_large" }
  | { status: 503; code: "not_set_up" };

type Notification = Stripe.V2.Core.EventNotification;

const isBadSignature = (error: unknown) =>
  error instanceof SyntaxError || error instanceof Stripe.errors.StripeSignatureVerificationError;

/** Verifies with each of our secrets for this address. Null: none fits. @throws Error for a body that is no thin event */
function verified(body: string, signature: string, secrets: string[]): Notification | null {
  for (const secret of secrets) {
    try {
      return stripe().parseEventNotification(body, signature, secret, TOLERANCE_SECONDS, undefined, now().getTime());
    } catch (error) {
      if (!isBadSignature(error)) throw error;
    }
  }
  return null;
}

const isSnapshot = (body: string) => {
  try {
    return (JSON.parse(body) as { object?: unknown }).object !== "v2.core.event";
  } catch {
    return true;
  }
};

/**
 * Takes what Stripe posts to the thin address: verified by that address's own secrets, stored once, and nothing else. A
 * snapshot event posted here is refused, since it was sent to the wrong address.
 * @throws Error if the database cannot answer; Stripe then sends it again
 */
export async function receiveThinEvent(body: string, signature: string | null): Promise<ThinReceived> {
  if (Buffer.byteLength(body) > MAX_THIN_BODY_BYTES) return { status: 413, code: "too_large" };
  const secrets = (env().STRIPE_THIN_WEBHOOK_SECRET ?? "")
    .split(",")
    .map((secret) => secret.trim())
    .filter(Boolean);
  if (secrets.length === 0) return { status: 503, code: "not_set_up" };
  if (!signature) return { status: 400, code: "bad_signature" };
  if (isSnapshot(body)) return { status: 400, code: "not_thin" };
  const event = verified(body, signature, secrets);
  if (!event) return { status: 400, code: "bad_signature" };
  const { code } = await rpc<{ code: "stored" | "duplicate" | "ignored" }>("receive_thin_event", {
    id: event.id,
    type: event.type,
    livemode: event.livemode,
    ignore: event.livemode !== isLivemode() || !isOurs(event.type),
    at: now(),
  });
  return { status: 200, code };
}

/** The events a report names, each with why Stripe does not count it. A report names samples, not all. */
export function rejectedEvents(event: Stripe.V2.Core.Event): Array<{ identifier: string; error: string }> {
  if (!isErrorReport(event)) return [];
  return event.data.reason.error_types.flatMap(({ code, sample_errors: samples }) =>
    samples.flatMap(({ error_message: message, request }) =>
      request.identifier ? [{ identifier: request.identifier, error: `${code}: ${message}` }] : [],
    ),
  );
}

type ErrorReport = Extract<Stripe.V2.Core.Event, { type: ThinEventType }>;
const isErrorReport = (event: Stripe.V2.Core.Event): event is ErrorReport => isOurs(event.type);

interface ClaimedThinEvent {
  readonly id: string;
  readonly attempts: number;
}

async function readReport({ id }: ClaimedThinEvent): Promise<void> {
  for (const { identifier, error } of rejectedEvents(await stripe().v2.core.events.retrieve(id))) {
    const { ok } = await rpc<{ ok: boolean }>("reject_meter_event", { identifier, error, at: now() });
    console.error(
      `Stripe does not count the meter event ${identifier}: ${error}.${ok ? "" : " It is none of the outbox, or was replaced."}`,
    );
  }
}

/**
 * Fetches the reports that notifications have announced and rejects the rows they name. One that fails is tried again,
 * ever more rarely, and given up after twelve attempts.
 */
export async function readErrorReports(): Promise<void> {
  const claimed = await rpc<ClaimedThinEvent[]>("claim_thin_events", { most: MOST, at: now() });
  for (const event of claimed) {
    const error = await readReport(event).then(
      () => null,
      (reason: unknown) => (reason instanceof Error ? reason.message : String(reason)),
    );
    const isOver = event.attempts >= MAX_ATTEMPTS;
    const delaySeconds = Math.min(5 * 2 ** (event.attempts - 1), 3600);
    await rpc("finish_thin_event", {
      id: event.id,
      status: error === null ? "done" : isOver ? "dead" : "pending",
      retry_at: error !== null && !isOver ? new Date(now().getTime() + delaySeconds * 1000) : null,
      error: error?.slice(0, 1000) ?? null,
      at: now(),
    });
  }
}
