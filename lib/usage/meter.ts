import "server-only";
import type { LanguageModelV4Usage } from "@ai-sdk/provider";
import { costMicros } from "@/lib/billing/costs";
import { rateCardVersion } from "@/lib/billing/plans";
import { creditsFor, type TokenUsage, upperBound } from "@/lib/billing/rating";
import { type Credits, credits, tokens } from "@/lib/billing/units";
import { now } from "@/lib/clock";
import type { UsageRecord } from "@/lib/credits/balance";
import {
  heartbeatReservation,
  releaseReservation,
  reserveCredits,
  type SettleAnswer,
  settleReservation,
} from "@/lib/credits/reservations";
import { affordableOutputTokens } from "./affordable";
import type { MeteredCall, Outcome } from "./call";
import { type Counter, startCounter } from "./counter";
import { NO_TOKENS, poolsOf } from "./pools";
import { AlreadyMeteredError, InsufficientCreditsError, SpendingRefusedError } from "./refusals";
import { retry } from "./retry";

const LEAST_OUTPUT_TOKENS = 64;
const TIME_TO_LIVE_SECONDS = 600;
const HEARTBEAT_SECONDS = 5;
/** No answer takes this long; whoever forgot its stream shall not keep the credits reserved. */
const LONGEST_CALL_MILLISECONDS = 3_600_000;
const PROGRESS_MILLISECONDS = 500;
const NOTHING = credits(0);

/** What is known at the end of a call. */
export interface Ending {
  ending: Outcome["ending"];
  reported?: LanguageModelV4Usage;
}

/** An open reservation and the count of what is used of it. */
export interface Meter {
  readonly reserved: Credits;
  /** The longest answer the reservation pays for, in tokens. */
  readonly maxOutputTokens: number;
  /** Whether the balance made the answer shorter than wanted. */
  readonly shortened: boolean;
  readonly counter: Counter;
  /** Takes note that the provider has begun: whoever stops the call from now on pays for the prompt it has read. */
  begun(): void;
  /**
   * Bills the call. Gives the credits back if no token came, unless it was stopped after the provider had begun.
   * Only the first call counts; it never throws.
   */
  close(ending: Ending): Promise<Outcome>;
  /** Fulfilled when the call is billed; give it to `after()` so that the server stays for it. */
  readonly closed: Promise<Outcome>;
}

interface Reserved {
  amount: Credits;
  maxOutputTokens: number;
}

async function reserve(call: MeteredCall, promptTokens: number): Promise<Reserved> {
  const { modelKey, account, key, feature, overagePermitted, maxOutputTokens: wanted } = call;
  const least = Math.min(call.leastOutputTokens ?? LEAST_OUTPUT_TOKENS, wanted);
  const needed = upperBound(modelKey, promptTokens, least);
  let most = wanted;
  for (;;) {
    const answer = await reserveCredits({
      account,
      key,
      feature,
      overagePermitted,
      amount: upperBound(modelKey, promptTokens, most),
      timeToLiveSeconds: call.timeToLiveSeconds ?? TIME_TO_LIVE_SECONDS,
    });
    if (answer.ok && answer.code === "duplicate") throw new AlreadyMeteredError(key);
    if (answer.ok) return { amount: answer.amount, maxOutputTokens: most };
    if (answer.code === "idempotency_conflict") throw new AlreadyMeteredError(key);
    if (answer.code !== "insufficient_credits") throw new SpendingRefusedError(answer.code);
    const spendable = answer.available + answer.overageLeft;
    const affordable = affordableOutputTokens(modelKey, promptTokens, spendable, most - 1);
    if (affordable < least) throw new InsufficientCreditsError(answer.available, needed);
    most = affordable;
  }
}

function usageRecord(call: MeteredCall, usage: TokenUsage, estimated: boolean): UsageRecord {
  return {
    feature: call.feature,
    model: call.modelKey,
    inputTokens: tokens(usage.inputTokens),
    cachedInputTokens: tokens(usage.cachedInputTokens),
    outputTokens: tokens(usage.outputTokens),
    reasoningTokens: tokens(usage.reasoningTokens),
    rateCardVersion,
    costMicros: costMicros(call.modelKey, usage),
    occurredAt: now(),
    estimated,
    userId: call.userId,
  };
}

/** Tells the ledger, now and then, what was used so far. Returns how to stop, once the last message is through. */
function startHeartbeat(call: MeteredCall, counter: Counter): () => Promise<void> {
  let beating: Promise<void> = Promise.resolve();
  let busy = false;
  const soFar = () => (counter.hasStarted() ? creditsFor(call.modelKey, counter.soFar()) : NOTHING);
  const beat = async () => {
    const { account, key, timeToLiveSeconds = TIME_TO_LIVE_SECONDS } = call;
    await heartbeatReservation({ account, key, usedSoFar: soFar(), timeToLiveSeconds });
    await call.onHeartbeat?.(counter.text());
  };
  const startedAt = performance.now();
  const heartbeat = setInterval(
    () => {
      if (performance.now() - startedAt > LONGEST_CALL_MILLISECONDS) return clearInterval(heartbeat);
      if (busy) return;
      busy = true;
      beating = beat()
        .catch((error) => console.error(`A heartbeat of ${call.key} did not get through; the next one may.`, error))
        .finally(() => {
          busy = false;
        });
    },
    (call.heartbeatSeconds ?? HEARTBEAT_SECONDS) * 1_000,
  );
  const { onProgress } = call;
  const progress = onProgress && setInterval(() => onProgress(soFar()), PROGRESS_MILLISECONDS);
  return () => {
    clearInterval(heartbeat);
    clearInterval(progress);
    return beating;
  };
}

async function settle(call: MeteredCall, amount: Credits, usage: UsageRecord): Promise<SettleAnswer> {
  const { account, key } = call;
  return retry(() => settleReservation({ account, key, amount, usage }));
}

async function bill(
  call: MeteredCall,
  counter: Counter,
  { ending, reported, hasBegun }: Ending & { hasBegun: boolean },
): Promise<Outcome> {
  const text = counter.text();
  const nothing = { ending, text, usage: NO_TOKENS, credits: NOTHING, estimated: false, balance: null };
  const { account, key } = call;
  try {
    const told = reported?.outputTokens.total !== undefined && ending === "complete";
    if (!counter.hasStarted() && !told && !(ending === "stopped" && hasBegun)) {
      await retry(() => releaseReservation({ account, key }));
      return { ...nothing, status: "released" };
    }
    const { usage, estimated } = poolsOf(reported, counter.total());
    const amount = creditsFor(call.modelKey, usage);
    const answer = await settle(call, amount, usageRecord(call, usage, estimated));
    if (!answer.ok) throw new Error(`The ledger refused to settle ${key}: ${answer.code}`);
    return { status: "settled", ending, text, usage, credits: answer.spent, estimated, balance: answer.balance };
  } catch (error) {
    console.error(`The call ${key} of ${account} could not be billed; its reservation will expire.`, error);
    const usage = counter.total();
    return { ...nothing, status: "late", usage, credits: creditsFor(call.modelKey, usage), estimated: true };
  }
}

/**
 * Reserves the most a call can cost, before any model is called. If the balance pays for a shorter answer only, the
 * answer is made shorter; below the least worth having the call is refused.
 * @param promptTokens - tokens of the prompt, by our own count
 * @throws InsufficientCreditsError, SpendingRefusedError, AlreadyMeteredError: do not call the model
 */
export async function openMeter(call: MeteredCall, promptTokens: number): Promise<Meter> {
  const { amount, maxOutputTokens } = await reserve(call, promptTokens);
  const counter = startCounter(promptTokens);
  const stopHeartbeat = startHeartbeat(call, counter);
  let hasBegun = false;
  let closing: Promise<Outcome> | undefined;
  let tellClosed: (outcome: Outcome) => void;
  const closed = new Promise<Outcome>((resolve) => {
    tellClosed = resolve;
  });

  const closeOnce = async (ending: Ending) => {
    await stopHeartbeat();
    const outcome = await bill(call, counter, { ...ending, hasBegun });
    try {
      await call.onClose?.(outcome);
    } catch (error) {
      console.error(`The call ${call.key} is billed, but what should follow did not happen.`, error);
    }
    tellClosed(outcome);
    return outcome;
  };
  return {
    reserved: amount,
    maxOutputTokens,
    shortened: maxOutputTokens < call.maxOutputTokens,
    counter,
    begun: () => {
      hasBegun = true;
    },
    closed,
    close: (ending) => {
      closing ??= closeOnce(ending);
      return closing;
    },
  };
}
