import Stripe from "stripe";
import { type Entitlement, entitlementFor } from "@/lib/billing/entitlement";
import type { Standing } from "@/lib/billing/standing";
import type { AccountId } from "@/lib/billing/units";
import { now } from "@/lib/clock";
import { readStanding } from "@/lib/standing";
import { idOf, isLivemode, stripe } from "@/lib/stripe/client";
import { rpc } from "@/lib/supabase/rpc";
import { CustomerBusy, withCustomer } from "./lease";
import { isLive, type ReadSubscription, readSubscription } from "./snapshot";
import { syncSubscription } from "./sync";

/** What a verb answers that has only one way to go well. */
export type VerbAnswer = { ok: true; code: string; at?: Date } | Refusal;

export interface Refusal {
  readonly ok: false;
  readonly code: string;
  readonly message: string;
  readonly url?: string;
}

/** An account's live subscription as Stripe has it at this moment, with what the account may do. */
export interface Contract {
  readonly account: AccountId;
  readonly customer: string;
  readonly standing: Standing;
  readonly entitlement: Entitlement;
  readonly subscription: ReadSubscription;
}

export const NO_SUBSCRIPTION = {
  ok: false,
  code: "no_subscription",
  message: "This account has no plan that is running. Choose one on the pricing page.",
} as const;
export const UNAVAILABLE = {
  ok: false,
  code: "stripe_unavailable",
  message: "Our payment provider did not answer. What you see here is how things stand; please try again in a moment.",
} as const;
const BUSY = {
  ok: false,
  code: "busy",
  message: "Another change of this plan is being made. Please try again in a moment.",
} as const;

const TRIES = 40;
const PAUSE_MS = 150;

/** Whether Stripe could not answer, as opposed to refusing what we asked. */
function isOutage(error: unknown): error is Stripe.errors.StripeError {
  return (
    error instanceof Stripe.errors.StripeError &&
    !(error instanceof Stripe.errors.StripeInvalidRequestError) &&
    !(error instanceof Stripe.errors.StripeAuthenticationError)
  );
}

/** Reads what the account has at Stripe now; null if nothing of it is live. */
export async function readContract(account: AccountId): Promise<Contract | null> {
  const standing = await readStanding(account);
  const id = standing.subscription?.id;
  if (!id) return null;
  const raw = await stripe().subscriptions.retrieve(id);
  const customer = idOf(raw.customer);
  const subscription = await readSubscription(raw, []);
  if (!customer || !isLive(subscription)) return null;
  return { account, customer, standing, entitlement: entitlementFor(standing, now()), subscription };
}

/** Whoever has the customer at the moment, an event's handler as a rule, needs it for some hundred milliseconds. */
async function whenFree<T>(customer: string, work: (lease: string) => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await withCustomer(customer, work);
    } catch (error) {
      if (!(error instanceof CustomerBusy) || tries >= TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
}

/** Shows a change that is made. If that fails, saying that the change failed would be wrong: its event tries it again. */
async function mirror(customer: string, lease: string): Promise<void> {
  try {
    await syncSubscription({ customer, lease });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    console.error(`A change of ${customer} is made and will show with Stripe's event, not at once: ${reason}`);
  }
}

/**
 * Changes an account's subscription while nobody else does, then brings our snapshot in step, so that the page that
 * asked shows the change at once. Two who ask at the same time come one after the other, and the second meets what the
 * first has made.
 * @param work what to do at Stripe; its answer is the verb's
 * @returns the answer of `work`, or a refusal: no live subscription, somebody else at it for too long, Stripe silent
 */
export async function changeContract<T>(
  account: AccountId,
  work: (contract: Contract) => Promise<T>,
): Promise<T | typeof NO_SUBSCRIPTION | typeof UNAVAILABLE | typeof BUSY> {
  const { customer_id: customer } = await rpc<{ customer_id: string | null }>("find_customer", {
    account_id: account,
    livemode: isLivemode(),
  });
  if (!customer) return NO_SUBSCRIPTION;
  try {
    return await whenFree(customer, async (lease) => {
      const contract = await readContract(account);
      if (!contract || contract.customer !== customer) return NO_SUBSCRIPTION;
      const answer = await work(contract);
      await mirror(customer, lease);
      return answer;
    });
  } catch (error) {
    if (error instanceof CustomerBusy) return BUSY;
    return unavailable(error);
  }
}

/** The refusal for a Stripe that does not answer. @throws anything else again */
export function unavailable(error: unknown): typeof UNAVAILABLE {
  if (!isOutage(error)) throw error;
  console.error(`Stripe did not answer a change of plan: ${error.message}`);
  return UNAVAILABLE;
}
