import { z } from "zod";
import { modelKeys } from "@/lib/ai/models";
import { costMicros } from "@/lib/billing/costs";
import { rateCardVersion } from "@/lib/billing/plans";
import { creditsFor } from "@/lib/billing/rating";
import { type AccountId, type Credits, credits, tokens } from "@/lib/billing/units";
import { now } from "@/lib/clock";
import type { Balance } from "@/lib/credits/balance";
import { recordUsage, type UsageItem } from "@/lib/credits/usage";
import { inTurn } from "./turns";

export const MOST_EVENTS = 1_000;
/** Older than this an event can no longer be billed to the period it belongs to. */
const OLDEST_DAYS = 35;
/** Clocks of other machines may be so far ahead of ours. */
const AHEAD_SECONDS = 60;
const DAY_MS = 86_400_000;

/** A text the database can keep: NUL and half of a character are refused, not dropped, since they may tell keys apart. */
const text = (most: number) =>
  z
    .string()
    .min(1)
    .max(most)
    .regex(/^[^\0\p{Cs}]*$/u, { error: "holds a character that cannot be kept" });

const count = z.int().min(0).max(1_000_000_000).default(0);

/** One event: tokens of a model of the rate card, or a number of credits decided elsewhere. */
const eventSchema = z
  .strictObject({
    key: text(200),
    feature: text(100).default("api"),
    occurred_at: z.iso.datetime({ offset: true }).optional(),
    model: z.enum(modelKeys).optional(),
    input_tokens: count,
    cached_input_tokens: count,
    output_tokens: count,
    reasoning_tokens: count,
    credits: z.int().min(0).max(1_000_000_000).optional(),
  })
  .refine((event) => (event.model === undefined) !== (event.credits === undefined), {
    error: "give either a model with its tokens, or a number of credits",
  })
  .refine((event) => event.model !== undefined || tokensIn(event) === 0, {
    error: "tokens need the model that used them",
    path: ["model"],
  });

type Event = z.output<typeof eventSchema>;
type TokenCounts = Record<"input_tokens" | "cached_input_tokens" | "output_tokens" | "reasoning_tokens", number>;

const tokensIn = (event: TokenCounts): number =>
  event.input_tokens + event.cached_input_tokens + event.output_tokens + event.reasoning_tokens;

export type EventsAnswer =
  | { ok: true; accepted: number; duplicates: number; balance: Balance; overLimit: boolean }
  | { ok: false; code: "invalid_request" | "too_many_events"; message: string }
  | { ok: false; code: "invalid_event" | "key_reused"; index: number; message: string };

type Parsed = { ok: true; events: Event[] } | Extract<EventsAnswer, { ok: false }>;

function timeProblem(event: Event, at: Date): string | undefined {
  if (!event.occurred_at) return undefined;
  const ageMs = at.getTime() - new Date(event.occurred_at).getTime();
  if (ageMs < -AHEAD_SECONDS * 1_000) return "occurred_at: lies in the future";
  if (ageMs > OLDEST_DAYS * DAY_MS) return `occurred_at: lies more than ${OLDEST_DAYS} days back`;
  return undefined;
}

function problemWith(error: z.ZodError): string {
  const [issue] = error.issues;
  if (!issue) return "is not valid";
  return issue.path.length > 0 ? `${issue.path.join(".")}: ${issue.message}` : issue.message;
}

/**
 * Reads a batch of events, all or nothing.
 * @param body - the parsed JSON of a request: `{ "events": […] }`
 * @returns the events, or what is wrong with the first one that cannot be accepted
 */
export function parseEvents(body: unknown, at: Date): Parsed {
  const batch = z.strictObject({ events: z.array(z.unknown()).min(1) }).safeParse(body);
  if (!batch.success) return { ok: false, code: "invalid_request", message: problemWith(batch.error) };
  if (batch.data.events.length > MOST_EVENTS) {
    const message = `A request carries at most ${MOST_EVENTS} events; this one has ${batch.data.events.length}.`;
    return { ok: false, code: "too_many_events", message };
  }
  const events: Event[] = [];
  for (const [index, candidate] of batch.data.events.entries()) {
    const parsed = eventSchema.safeParse(candidate);
    const problem = parsed.success ? timeProblem(parsed.data, at) : problemWith(parsed.error);
    if (!parsed.success || problem !== undefined) {
      return { ok: false, code: "invalid_event", index, message: problem ?? "is not valid" };
    }
    events.push(parsed.data);
  }
  return { ok: true, events };
}

function rated(event: Event, at: Date): UsageItem {
  const pools = {
    inputTokens: tokens(event.input_tokens),
    cachedInputTokens: tokens(event.cached_input_tokens),
    outputTokens: tokens(event.output_tokens),
    reasoningTokens: tokens(event.reasoning_tokens),
  };
  const { model } = event;
  return {
    key: `api:${event.key}`,
    amount: model ? creditsFor(model, pools) : credits(event.credits ?? 0),
    usage: {
      ...pools,
      feature: event.feature,
      model: model ?? null,
      rateCardVersion,
      ...(model ? { costMicros: costMicros(model, pools) } : {}),
      occurredAt: event.occurred_at ? new Date(event.occurred_at) : at,
      estimated: false,
    },
  };
}

/**
 * Books usage that was measured elsewhere: rated by our rate card, each event once by its key, never refused for lack
 * of credits (the rule of reported usage). All or nothing: one bad event rejects the batch and names its index.
 * @param overagePermitted - credits beyond the balance that the account's plan permits
 */
export async function recordEvents(
  { account, overagePermitted, body }: { account: AccountId; overagePermitted: Credits; body: unknown },
  at: Date = now(),
): Promise<EventsAnswer> {
  const parsed = parseEvents(body, at);
  if (!parsed.ok) return parsed;
  const items = parsed.events.map((event) => rated(event, at));
  const answer = await inTurn(account, () => recordUsage({ account, items, overagePermitted, at }));
  if (answer.ok) {
    const duplicates = answer.results.filter(({ code }) => code === "duplicate").length;
    const accepted = answer.results.length - duplicates;
    return { ok: true, accepted, duplicates, balance: answer.balance, overLimit: answer.overLimit };
  }
  if (answer.code === "unknown_account") throw new Error(`The account ${account} of an API key does not exist.`);
  const reused = answer.code === "idempotency_conflict";
  return {
    ok: false,
    code: reused ? "key_reused" : "invalid_event",
    index: answer.index,
    message: reused ? "this key was used before for another event" : (answer.message ?? "is not valid"),
  };
}
