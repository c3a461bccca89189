import Stripe from "stripe";
import { raiseAlert, settleAlert } from "@/lib/alerts";
import { type Entitlement, entitlementFor } from "@/lib/billing/entitlement";
import { lookupKeyOf, type Offer } from "@/lib/billing/offers";
import type { AccountId, UserId } from "@/lib/billing/units";
import { now } from "@/lib/clock";
import { readStanding } from "@/lib/standing";
import { fromSeconds, isLivemode, isMissing, stripe } from "@/lib/stripe/client";
import { findPrice, missingPriceData, PriceMissing } from "@/lib/stripe/prices";
import { rpc } from "@/lib/supabase/rpc";
import { sellsOverage } from "./consent";
import { customerFor, forgetCustomer } from "./customer";
import { type CheckoutRequest, productFor } from "./product";
import { type CheckoutFacts, sessionParams } from "./session";

export interface Buyer {
  readonly account: AccountId;
  readonly accountName: string;
  readonly user: UserId;
  readonly email: string;
}

export type CheckoutAnswer =
  | { ok: true; url: string }
  | {
      ok: false;
      code:
        | "not_for_sale"
        | "on_hold"
        | "pay_first"
        | "already_subscribed"
        | "just_bought"
        | "payment_unfinished"
        | "stripe_unavailable";
      message: string;
      url?: string;
    };

type Begun =
  | { ok: true; code: "open"; id: string; session_id: string; url: string }
  | { ok: true; code: "claimed"; id: string; replaced_session_id: string | null; may_try: boolean }
  | { ok: false; code: "already_subscribed"; status: string; pay_url: string | null };

const UNAVAILABLE: CheckoutAnswer = {
  ok: false,
  code: "stripe_unavailable",
  message: "The payment page could not be opened. Nothing was charged; please try again in a moment.",
};
const NOT_FOR_SALE: CheckoutAnswer = {
  ok: false,
  code: "not_for_sale",
  message: "This cannot be bought right now. Nothing was charged, and we have been told; please try again later.",
};
const JUST_BOUGHT: CheckoutAnswer = {
  ok: false,
  code: "just_bought",
  message: "You have just paid in another tab. It will show here in a moment.",
};

const close = (id: string | null, session: string | null, outcome: "complete" | "expired" | "failed") =>
  rpc("close_checkout", { id, session_id: session, outcome, at: now() });

/** Ends the session somebody left open for another choice. Answers whether it is out of the way. */
async function expireEarlier(session: string): Promise<boolean> {
  try {
    await stripe().checkout.sessions.expire(session);
    return true;
  } catch (error) {
    const { status } = await stripe().checkout.sessions.retrieve(session);
    if (status === "open") throw error;
    return status !== "complete";
  }
}

/** Whether Stripe made the session after all, although no answer came. */
async function findSession(facts: CheckoutFacts): Promise<Stripe.Checkout.Session | null> {
  const { data } = await stripe().checkout.sessions.list({ customer: facts.customer, limit: 20 });
  return data.find((session) => session.metadata?.checkout === facts.checkout && session.status === "open") ?? null;
}

const isRefusal = (error: unknown) =>
  error instanceof Stripe.errors.StripeInvalidRequestError || error instanceof Stripe.errors.StripeAuthenticationError;
const isOutage = (error: unknown): error is Stripe.errors.StripeError =>
  error instanceof Stripe.errors.StripeError && !isRefusal(error);

/** Makes the session, or finds the one an unanswered attempt has made. Throws what Stripe refused. */
async function makeSession(facts: CheckoutFacts): Promise<Stripe.Checkout.Session | null> {
  try {
    return await stripe().checkout.sessions.create(sessionParams(facts), {
      idempotencyKey: `checkout:${facts.checkout}`,
    });
  } catch (error) {
    if (isRefusal(error)) {
      await close(facts.checkout, null, "failed");
      throw error;
    }
    const made = await findSession(facts).catch(() => undefined);
    if (made) return made;
    if (made === null) await close(facts.checkout, null, "failed");
    return null;
  }
}

async function openSession(facts: CheckoutFacts): Promise<CheckoutAnswer> {
  const session = await makeSession(facts);
  if (!session?.url) return UNAVAILABLE;
  const opened = await rpc<{ ok: boolean; code: string }>("open_checkout", {
    id: facts.checkout,
    session_id: session.id,
    url: session.url,
    expires_at: fromSeconds(session.expires_at),
  });
  if (opened.ok) return { ok: true, url: session.url };
  // Another choice was made while Stripe worked on this one.
  return (await expireEarlier(session.id)) ? UNAVAILABLE : JUST_BOUGHT;
}

/**
 * Opens Stripe's checkout for a plan or a pack. However often and from however many tabs the same thing is asked, it
 * is one session; asking for another plan ends the session of the first. An account has one live subscription, and
 * buys only what its entitlement allows.
 * @param buyer an owner or admin of the account; the caller has checked it
 * @returns where to send the browser, or why not, in words for the buyer
 * @throws Error if the database cannot answer or Stripe refuses our parameters
 */
export async function startCheckout(buyer: Buyer, request: CheckoutRequest): Promise<CheckoutAnswer> {
  try {
    return await attemptCheckout(buyer, request);
  } catch (error) {
    if (error instanceof PriceMissing) {
      await raiseAlert({ kind: "unknown_price", key: error.lookupKey, data: missingPriceData(error) });
      return NOT_FOR_SALE;
    }
    if (!isOutage(error)) throw error;
    console.error(`Stripe did not answer a checkout, which the next click continues: ${error.message}`);
    return UNAVAILABLE;
  }
}

/** The metered price that is sold along: with a plan paid monthly. Checkout cannot mix a year with a month. */
async function findOveragePrice(offer: Offer): Promise<string | null> {
  if (offer.kind !== "base" || offer.interval !== "monthly" || !sellsOverage(offer.plan)) return null;
  return findSold({ kind: "overage", plan: offer.plan });
}

/** The price of an offer. That it is there is the end of what founders were told while it was missing. */
async function findSold(offer: Offer): Promise<string> {
  const price = await findPrice(offer);
  await settleAlert({ kind: "unknown_price", key: lookupKeyOf(offer) });
  return price;
}

/** @param again set when the customer turned out to be gone from Stripe and was forgotten */
async function attemptCheckout(buyer: Buyer, request: CheckoutRequest, again = false): Promise<CheckoutAnswer> {
  const product = productFor(request);
  if (!product.ok) return product;
  const refused = refusalBy(entitlementFor(await readStanding(buyer.account), now()), product.offer);
  if (refused) return refused;
  const { offer } = product;
  const begun = await rpc<Begun>("begin_checkout", {
    account_id: buyer.account,
    livemode: isLivemode(),
    product: product.product,
    offer: lookupKeyOf(offer),
    started_by: buyer.user,
    at: now(),
  });
  if (!begun.ok) return refusalOf(begun);
  if (begun.code === "open") return { ok: true, url: begun.url };
  if (begun.replaced_session_id && !(await expireEarlier(begun.replaced_session_id))) {
    await close(begun.id, null, "failed");
    return JUST_BOUGHT;
  }
  const customer = await customerFor(buyer.account, { name: buyer.accountName, email: buyer.email });
  const price = await findSold(offer);
  const overagePrice = await findOveragePrice(offer);
  const trialDays = begun.may_try && offer.kind === "base" ? (offer.plan.trial?.days ?? 0) : 0;
  const facts = { checkout: begun.id, account: buyer.account, customer, price, overagePrice, offer, trialDays };
  try {
    return await openSession(facts);
  } catch (error) {
    if (again || !isMissing(error) || !(error instanceof Stripe.errors.StripeError) || error.param !== "customer")
      throw error;
    await forgetCustomer(customer);
    return attemptCheckout(buyer, request, true);
  }
}

/** Who is on hold buys nothing; who owes for a plan pays that before taking another. */
function refusalBy({ canBuy, canChangePlan, notice }: Entitlement, offer: Offer): CheckoutAnswer | null {
  if (canChangePlan === "pay_first" && (!canBuy || offer.kind !== "pack"))
    return {
      ok: false,
      code: "pay_first",
      message: "An invoice of this account is unpaid. Pay it first; after that you can buy again.",
      url: notice?.url,
    };
  if (canBuy) return null;
  return { ok: false, code: "on_hold", message: "This account is on hold. Write to us, and we will look into it." };
}

function refusalOf(refused: Extract<Begun, { ok: false }>): CheckoutAnswer {
  if (refused.status === "incomplete" && refused.pay_url)
    return {
      ok: false,
      code: "payment_unfinished",
      message: "Your first payment is unfinished. Finish it to start the plan.",
      url: refused.pay_url,
    };
  return {
    ok: false,
    code: "already_subscribed",
    message: "This account has a plan already. Change it on the billing page instead of buying a second one.",
  };
}
