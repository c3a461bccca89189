import Stripe from "stripe";
import { workThrough } from "@/lib/batch";
import { type AccountId, accountId } from "@/lib/billing/units";
import { now } from "@/lib/clock";
import { isLivemode, isMissing, stripe } from "@/lib/stripe/client";
import { subscriptionLines } from "@/lib/stripe/invoices";
import { rpc } from "@/lib/supabase/rpc";
import { type Cancellation, cancellationDetails } from "./cancel";
import { NO_SUBSCRIPTION, type VerbAnswer } from "./held";
import { CustomerBusy, withCustomer } from "./lease";
import { syncSubscription } from "./sync";

/** What ending a plan needs of the meters: our usage sent, seen at Stripe, and what never got there billed by itself. */
export interface UsageReporting {
  /** Closes the account's open window and sends what is unsent. */
  readonly flushUsage: (account: AccountId, at: Date) => Promise<unknown>;
  readonly usageIsVisible: (account: AccountId) => Promise<boolean>;
  /** Puts what never became visible on the last invoice, or on one of its own when there is none to come. */
  readonly billRemainder: (account: AccountId) => Promise<unknown>;
  /** Puts the use of a whole period on the last invoice, where the period's own is not to be charged. */
  readonly billPeriod: (account: AccountId, period: { start: Date; end: Date }) => Promise<unknown>;
}

interface Ending {
  readonly subscription_id: string;
  readonly account_id: string;
  readonly customer_id: string;
  readonly reason: string | null;
  readonly comment: string | null;
  readonly requested_at: string;
  /** Asked for by dunning, and withdrawn if the money comes first. */
  readonly is_unpaid: boolean;
}

const MOST = 10;
const LEASE_SECONDS = 120;
const AGAIN_SECONDS = 15;
/** An invoice leaves out the second it is made in, and calls that were running need a moment to settle. */
const LEAST_MS = 15_000;
const PATIENCE_MS = 10 * 60_000;

/**
 * Ends a plan at once. From now on the account is on Free; the last use is sent to Stripe and billed, then the
 * subscription is ended there by `finishEndings`. Nothing of the price paid in advance goes back. Asking again changes
 * nothing.
 */
export async function endPlanNow({ account, reason, comment }: Cancellation): Promise<VerbAnswer> {
  const { ok } = await rpc<{ ok: boolean }>("request_ending", {
    account_id: account,
    livemode: isLivemode(),
    reason: reason ?? null,
    comment: comment ?? null,
    at: now(),
  });
  return ok ? { ok: true, code: "ending" } : NO_SUBSCRIPTION;
}

async function isOver(subscription: string): Promise<boolean> {
  try {
    return (await stripe().subscriptions.retrieve(subscription)).ended_at !== null;
  } catch (error) {
    if (isMissing(error)) return true;
    throw error;
  }
}

/**
 * A renewal that is still a draft, which Stripe need not collect once the subscription has ended. One that came after the
 * request is not charged: its use goes on the last invoice. One from before is collected now; unpaid, it stays open.
 */
async function settleRenewal(ending: Ending, usage: UsageReporting): Promise<void> {
  const { data } = await stripe().invoices.list({ subscription: ending.subscription_id, status: "draft", limit: 100 });
  for (const draft of data) {
    if (!draft.id || draft.billing_reason !== "subscription_cycle") continue;
    const isUnasked = draft.created >= Math.floor(Date.parse(ending.requested_at) / 1000);
    if (isUnasked)
      for (const { meaning, period } of await subscriptionLines(draft))
        if (meaning?.kind === "overage") await usage.billPeriod(accountId(ending.account_id), period);
    const { status } = await stripe().invoices.finalizeInvoice(draft.id, { auto_advance: false });
    if (status !== "open") continue;
    if (isUnasked) await stripe().invoices.voidInvoice(draft.id);
    else await collect(draft.id);
  }
}

async function collect(invoice: string): Promise<void> {
  try {
    await stripe().invoices.pay(invoice);
  } catch (error) {
    if (
      !(error instanceof Stripe.errors.StripeCardError) &&
      !(error instanceof Stripe.errors.StripeInvalidRequestError)
    )
      throw error;
    console.error(`The last renewal ${invoice} of a plan that is being ended was not paid: ${error.message}`);
  }
}

type Outcome = "ended" | "ended_elsewhere" | null;

/** Whether an ending for want of money still stands, after Stripe was asked once more. */
async function isStillWanted({ subscription_id, customer_id: customer, is_unpaid }: Ending, lease: string) {
  if (!is_unpaid) return true;
  await syncSubscription({ customer, lease });
  return (await rpc<{ is_ending: boolean }>("is_ending", { subscription_id })).is_ending;
}

/** One step of an ending, while nobody else has the customer. Answers null while the last use is not visible yet. */
async function advance(ending: Ending, usage: UsageReporting, lease: string): Promise<Outcome> {
  const account = accountId(ending.account_id);
  const customer = ending.customer_id;
  if (await isOver(ending.subscription_id)) {
    await syncSubscription({ customer, lease });
    await usage.billRemainder(account);
    return "ended_elsewhere";
  }
  await usage.flushUsage(account, now());
  const waited = now().getTime() - new Date(ending.requested_at).getTime();
  if (waited < LEAST_MS) return null;
  if (!(await usage.usageIsVisible(account))) {
    if (waited < PATIENCE_MS) return null;
    await usage.billRemainder(account);
  }
  if (!(await isStillWanted(ending, lease))) return null;
  await settleRenewal(ending, usage);
  await stripe().subscriptions.cancel(
    ending.subscription_id,
    { invoice_now: true, prorate: false, cancellation_details: cancellationDetails(ending) },
    { idempotencyKey: `end:${ending.subscription_id}:${Date.parse(ending.requested_at)}` },
  );
  await syncSubscription({ customer, lease });
  return "ended";
}

async function finish(ending: Ending, outcome: Outcome, error: unknown): Promise<void> {
  const at = now();
  await rpc("finish_ending", {
    subscription_id: ending.subscription_id,
    outcome,
    error: error === null ? null : (error instanceof Error ? error.message : String(error)).slice(0, 1000),
    retry_at: outcome === null ? new Date(at.getTime() + AGAIN_SECONDS * 1000) : null,
    at,
  });
}

async function advanceOne(ending: Ending, usage: UsageReporting): Promise<void> {
  try {
    const outcome = await withCustomer(ending.customer_id, (lease) => advance(ending, usage, lease));
    await finish(ending, outcome, null);
  } catch (error) {
    await finish(ending, null, error);
    if (!(error instanceof CustomerBusy)) throw error;
  }
}

/**
 * Goes on with the plans that are being ended: sends the last use, waits until Stripe shows it, ten minutes at most,
 * then ends the subscription with a final invoice. Whoever dies half-way is followed by the next run, which goes by
 * what Stripe has; a subscription that was ended elsewhere meanwhile only closes the request.
 * @throws AggregateError naming what failed, after every other had its turn
 */
export async function finishEndings(usage: UsageReporting): Promise<void> {
  const endings = await rpc<Ending[]>("claim_endings", {
    livemode: isLivemode(),
    most: MOST,
    lease_seconds: LEASE_SECONDS,
    at: now(),
  });
  await workThrough(endings, (ending) => advanceOne(ending, usage));
}
