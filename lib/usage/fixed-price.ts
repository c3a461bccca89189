import "server-only";
import { rateCardVersion } from "@/lib/billing/plans";
import { type AccountId, type Credits, tokens, type UserId } from "@/lib/billing/units";
import { now } from "@/lib/clock";
import type { Balance, UsageRecord } from "@/lib/credits/balance";
import { releaseReservation, reserveCredits, settleReservation } from "@/lib/credits/reservations";
import { deductCredits } from "@/lib/credits/spending";
import { AlreadyMeteredError, InsufficientCreditsError, SpendingRefusedError } from "./refusals";
import { retry } from "./retry";

/** Something with a price of its own, whatever it takes to make. */
export interface Charge {
  account: AccountId;
  userId?: UserId;
  /** Names this one purchase for ever: asked again, it is not charged again. */
  key: string;
  amount: Credits;
  /** What it is booked under; the usage page shows it. */
  feature: string;
  overagePermitted: Credits;
}

/** Work takes at most so long; a server that dies in it charges nothing once this is over. */
const TIME_TO_LIVE_SECONDS = 300;

type Refused = { ok: false; code: string; available?: Credits; needed?: Credits };

function refusal({ code, available, needed }: Refused, key: string): Error {
  if (code === "insufficient_credits" && available !== undefined && needed !== undefined) {
    return new InsufficientCreditsError(available, needed);
  }
  if (code === "idempotency_conflict") return new AlreadyMeteredError(key);
  if (code === "account_frozen" || code === "in_debt" || code === "unknown_account")
    return new SpendingRefusedError(code);
  return new Error(`The charge ${key} was refused: ${code}`);
}

function usageOf({ feature, userId }: Charge): UsageRecord {
  const none = tokens(0);
  return {
    feature,
    model: null,
    inputTokens: none,
    cachedInputTokens: none,
    outputTokens: none,
    reasoningTokens: none,
    rateCardVersion,
    occurredAt: now(),
    estimated: false,
    ...(userId ? { userId } : {}),
  };
}

/**
 * Charges for something that cannot fail, or is made already: one line in a server action.
 * @returns the balance afterwards; the same key again charges nothing and answers the first balance
 * @throws InsufficientCreditsError, SpendingRefusedError, AlreadyMeteredError: nothing was charged
 */
export async function charge(what: Charge): Promise<{ balance: Balance }> {
  const { account, key, amount, feature, overagePermitted } = what;
  const answer = await deductCredits({ account, key, amount, feature, overagePermitted, usage: usageOf(what) });
  if (!answer.ok) throw refusal(answer, key);
  return { balance: answer.balance };
}

/**
 * Charges for work that may fail. The price is set aside before the work begins, taken when it is done, and given back
 * if it fails: deducting first would charge for ever whoever's server died in between, and handing credits back as a
 * new grant would change their kind and their end.
 * @param work - makes what is sold; what it throws is thrown on, after the credits are free again
 * @throws InsufficientCreditsError, SpendingRefusedError, AlreadyMeteredError: nothing was charged and nothing done
 */
export async function chargeWhenDone<T>(
  what: Charge,
  work: () => Promise<T>,
): Promise<{ result: T; balance: Balance }> {
  const { account, key, amount, feature, overagePermitted } = what;
  const reserved = await reserveCredits({
    account,
    key,
    amount,
    feature,
    overagePermitted,
    timeToLiveSeconds: TIME_TO_LIVE_SECONDS,
  });
  if (!reserved.ok) throw refusal(reserved, key);
  if (reserved.code === "duplicate") throw new AlreadyMeteredError(key);

  const result = await work().catch(async (error: unknown) => {
    await retry(() => releaseReservation({ account, key }));
    throw error;
  });
  const usage = usageOf(what);
  const settled = await retry(() => settleReservation({ account, key, amount, usage }));
  if (!settled.ok) throw refusal(settled, key);
  return { result, balance: settled.balance };
}
