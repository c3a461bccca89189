import type Stripe from "stripe";
import { now } from "@/lib/clock";
import { env } from "@/lib/env";
import { API_VERSION, fromSeconds, idOf, isLivemode, stripe } from "@/lib/stripe/client";
import { CustomerBusy, LEASE_SECONDS, newLease, releaseCustomer } from "@/lib/subscriptions/lease";
import { rpc } from "@/lib/supabase/rpc";
import { type Work, workOf } from "./handlers";
import { isEventType } from "./types";

/** Stripe's events are some kilobytes; whatever is larger is not one. */
export const MAX_BODY_BYTES = 1_000_000;
const TOLERANCE_SECONDS = 300;
const BATCH = 20;
const MAX_ATTEMPTS = 12;
const BUSY_SECONDS = 2;

export type Received =
  | { status: 200; code: Stored }
  | { status: 400; code: "bad_signature" }
  | { status: 413; code: "too_large" };

/** Verifies with each of our secrets, so that a secret can be changed without losing an event; null if none fits. */
function verified(body: string, signature: string): Stripe.Event | null {
  const secrets = env()
    .STRIPE_WEBHOOK_SECRET.split(",")
    .map((secret) => secret.trim())
    .filter(Boolean);
  for (const secret of secrets) {
    try {
      return stripe().webhooks.constructEvent(body, signature, secret, TOLERANCE_SECONDS, undefined, now().getTime());
    } catch (error) {
      if (!isBadSignature(error)) throw error;
    }
  }
  return null;
}

/** A signature that does not fit, a header nobody can read, and a body that is no event are all one refusal. */
const isBadSignature = (error: unknown) =>
  error instanceof SyntaxError ||
  (error instanceof Error && "type" in error && error.type === "StripeSignatureVerificationError");

/** Whom an event is about: the customer of its object, or the customer that is its object. */
export function customerOf(event: Stripe.Event): string | null {
  const { object } = event.data;
  if ("object" in object && object.object === "customer" && "id" in object) return String(object.id);
  if (!("customer" in object)) return null;
  return idOf(object.customer as string | { id: string } | null);
}

function reasonToIgnore(event: Stripe.Event): string | null {
  if (event.livemode !== isLivemode()) return "wrong_livemode";
  if (!isEventType(event.type)) return "unknown_type";
  return null;
}

type Stored = "stored" | "duplicate" | "ignored";

async function store(event: Stripe.Event, ignore: string | null, isListed: boolean): Promise<Stored> {
  const { code } = await rpc<{ code: Stored }>("receive_stripe_event", {
    id: event.id,
    type: event.type,
    livemode: event.livemode,
    api_version: event.api_version,
    customer_id: customerOf(event),
    payload: event,
    created_at: fromSeconds(event.created),
    ignore,
    at: now(),
    is_listed: isListed,
  });
  return code;
}

/**
 * Takes an event that Stripe lists but may not have delivered, once, through the same inbox. Stripe lists events in the
 * version they were made in, which need not be ours; since a payload only says what to fetch again, any version does.
 * @throws Error if the database cannot answer
 */
export const receiveListedEvent = (event: Stripe.Event): Promise<Stored> => store(event, reasonToIgnore(event), true);

/**
 * Takes what Stripe posts: verified, then stored once, and nothing else. A wrong mode, an unknown type and a foreign
 * customer are stored as ignored, since a refusal would be sent again for days; what is not verified leaves nothing.
 * @throws Error if the database cannot answer; Stripe then sends the event again
 */
export async function receiveStripeEvent(body: string, signature: string | null): Promise<Received> {
  if (Buffer.byteLength(body) > MAX_BODY_BYTES) return { status: 413, code: "too_large" };
  const event = signature ? verified(body, signature) : null;
  if (!event) return { status: 400, code: "bad_signature" };
  const isForeignVersion = event.api_version !== API_VERSION;
  if (isForeignVersion)
    console.error(
      `Stripe sent ${event.id} in version ${event.api_version}, not ${API_VERSION}. Run npm run stripe:setup.`,
    );
  const ignore = reasonToIgnore(event) ?? (isForeignVersion ? "wrong_api_version" : null);
  return { status: 200, code: await store(event, ignore, false) };
}

interface Claimed {
  readonly id: string;
  readonly payload: Stripe.Event;
  readonly attempts: number;
}

/** How long to wait after the n-th failed attempt: 5 s doubling up to an hour; null when it was the last. */
export function retryDelaySeconds(attempts: number): number | null {
  return attempts >= MAX_ATTEMPTS ? null : Math.min(5 * 2 ** (attempts - 1), 3600);
}

export interface Processed {
  done: number;
  ignored: number;
  retried: number;
  dead: number;
}

async function finish(
  event: Claimed,
  lease: string,
  outcome: "done" | "ignored" | "failed" | "postponed",
  error: unknown,
  tally: Processed,
) {
  const at = now();
  const delay = outcome === "postponed" ? BUSY_SECONDS : retryDelaySeconds(event.attempts);
  const isAgain = outcome === "failed" || outcome === "postponed";
  const reason = error instanceof Error ? error.message : error === null ? null : String(error);
  const { code } = await rpc<{ code: string }>("finish_stripe_event", {
    id: event.id,
    lease,
    outcome,
    reason: outcome === "ignored" ? "not_ours" : (reason?.slice(0, 1000) ?? null),
    retry_at: isAgain && delay !== null ? new Date(at.getTime() + delay * 1000) : null,
    at,
  });
  if (code === "done") tally.done += 1;
  if (code === "ignored") tally.ignored += 1;
  if (code === "pending") tally.retried += 1;
  if (code === "dead") {
    tally.dead += 1;
    console.error(`The Stripe event ${event.id} (${event.payload.type}) was given up: ${reason}`);
  }
}

/** Handles one customer's events in order. Work that several of them ask for is done once. */
async function processCustomer(subject: string, events: Claimed[], lease: string, tally: Processed): Promise<void> {
  const results = new Map<string, Promise<boolean>>();
  for (const event of events) {
    const { type } = event.payload;
    try {
      const work: Work | null = isEventType(type) ? workOf(type, event.payload) : null;
      const result = work && (results.get(work.key) ?? work.run({ subject, lease }));
      if (work && result) results.set(work.key, result);
      await finish(event, lease, (await result) ? "done" : "ignored", null, tally);
    } catch (error) {
      await finish(event, lease, error instanceof CustomerBusy ? "postponed" : "failed", error, tally);
    }
  }
  await releaseCustomer(subject, lease);
}

/**
 * Works through the inbox, a customer at a time: claims what is due, fetches from Stripe what it is about, writes what
 * follows. Safe to run on any number of servers at once; one customer's events have one worker at a time. A failure is tried again later,
 * ever more rarely, and given up after twelve attempts for an admin to see.
 * @param budget.seconds no further customer is begun after so long
 * @throws Error if the database cannot answer; what was claimed is free again in two minutes
 */
export async function processPendingEvents({ seconds = 20 } = {}): Promise<Processed> {
  const tally: Processed = { done: 0, ignored: 0, retried: 0, dead: 0 };
  const deadline = performance.now() + seconds * 1000;
  do {
    const lease = newLease();
    const { subject, events } = await rpc<{ subject: string | null; events: Claimed[] }>("claim_stripe_events", {
      most: BATCH,
      lease,
      lease_seconds: LEASE_SECONDS,
      at: now(),
    });
    if (subject === null) break;
    await processCustomer(subject, events, lease, tally);
  } while (performance.now() < deadline);
  return tally;
}

/**
 * Gives an event that was given up its attempts back, after what killed it was mended. The next tick runs it.
 * @returns `not_dead` if it waits for nobody
 */
export const runEventAgain = (id: string): Promise<{ ok: boolean; code: "pending" | "not_dead" }> =>
  rpc("replay_stripe_event", { id, at: now() });
