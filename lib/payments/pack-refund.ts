import Stripe from "stripe";
import { raiseAlert, settleAlert } from "@/lib/alerts";
import type { Currency } from "@/lib/billing/catalogue";
import { shareOf, unspentCents } from "@/lib/billing/returns";
import { type AccountId, type Credits, credits } from "@/lib/billing/units";
import { now } from "@/lib/clock";
import { isLivemode, stripe } from "@/lib/stripe/client";
import { CustomerBusy, withCustomer } from "@/lib/subscriptions/lease";
import { rpc } from "@/lib/supabase/rpc";
import { findPurchase, type Purchase, packName } from "./bought";
import { syncPayment } from "./payment";

type Code = "unknown_payment" | "not_a_pack" | "nothing_left" | "already_returned" | "disputed";

const MESSAGES: Record<Code, string> = {
  unknown_payment: "There is no such payment.",
  not_a_pack: "This payment did not buy a pack. Refund a plan in Stripe's Dashboard; its credits follow.",
  nothing_left: "Nothing of this pack is left to refund: its credits are spent, or set aside for answers that run now.",
  already_returned: "All of this payment has gone back already.",
  disputed: "This payment is disputed. While the bank decides, nothing can be refunded.",
};

const refused = (code: Code) => ({ ok: false as const, code, message: MESSAGES[code] });

export type PackRefundPreview =
  | {
      ok: true;
      account: AccountId;
      packName: string;
      credits: Credits;
      /** Credits that are left and set aside for nothing. */
      unspent: Credits;
      /** Credits that are left and set aside for answers that run now; they are not refunded. */
      reserved: Credits;
      /** Tax included. */
      amountCents: number;
      currency: Currency;
    }
  | { ok: false; code: Code; message: string };

interface PaymentState {
  readonly charged_cents: number;
  readonly returned_cents: number;
  readonly is_disputed: boolean;
  readonly kind: string;
}

interface Refundable {
  readonly purchase: Purchase;
  readonly chargedCents: number;
  readonly returnedCents: number;
  readonly amountCents: number;
}

const readState = async (payment: string): Promise<PaymentState | null> =>
  (await rpc<{ payment: PaymentState | null }>("read_payment", { payment_intent_id: payment })).payment;

async function readRefundable(payment: string): Promise<Refundable | Code> {
  const [purchase, state] = await Promise.all([findPurchase(payment), readState(payment)]);
  if (!purchase || purchase.livemode !== isLivemode()) return state ? "not_a_pack" : "unknown_payment";
  if (!state) return "unknown_payment";
  const { charged_cents: chargedCents, returned_cents: returnedCents } = state;
  if (state.is_disputed) return "disputed";
  if (returnedCents >= chargedCents) return "already_returned";
  const amountCents = unspentCents({ chargedCents, returnedCents, ...purchase });
  return amountCents === 0 ? "nothing_left" : { purchase, chargedCents, returnedCents, amountCents };
}

/** Asks Stripe how a payment stands, while nobody else touches its customer. */
const look = (payment: string, customer: string) =>
  withCustomer(customer, (lease) => syncPayment({ paymentIntent: payment, customer, lease }));

/**
 * What a refund of a pack's unspent share would give back now. Stripe is asked first how the payment stands.
 * @param payment the id of Stripe's payment intent
 * @throws Error if Stripe or the database cannot answer, CustomerBusy if somebody works on the customer
 */
export async function previewPackRefund(payment: string): Promise<PackRefundPreview> {
  const purchase = await findPurchase(payment);
  if (purchase && purchase.livemode === isLivemode()) await look(payment, purchase.customer_id);
  const found = await readRefundable(payment);
  if (typeof found === "string") return refused(found);
  return {
    ok: true,
    account: found.purchase.account_id as AccountId,
    packName: packName(found.purchase),
    credits: credits(found.purchase.credits),
    unspent: credits(found.purchase.unspent),
    reserved: credits(found.purchase.left - found.purchase.unspent),
    amountCents: found.amountCents,
    currency: found.purchase.currency as Currency,
  };
}

export type PackRefundAnswer =
  | { ok: true; code: "refunded" | "pending"; amountCents: number; creditsTaken: Credits }
  | { ok: false; code: string; message: string };

interface Begun {
  readonly ok: boolean;
  readonly code: "taken" | "refunded" | "refused" | "unknown_request";
  readonly payment_intent_id: string;
  readonly customer_id: string;
  readonly account_id: AccountId;
  readonly amount_cents: number;
  readonly credits: number;
  readonly currency: string;
  readonly problem: string | null;
  readonly begun_at: string;
}

const readBegun = (id: string) => rpc<Begun>("read_pack_refund", { id });

/** Stripe has understood and said no; anything else may have been done all the same. */
const isRefusal = (error: unknown): error is Stripe.errors.StripeError =>
  error instanceof Stripe.errors.StripeInvalidRequestError || error instanceof Stripe.errors.StripeCardError;

/** Makes the refund at Stripe unless it is there; Stripe is asked first, since its keys are forgotten after a day. */
async function makeRefund(id: string, { payment_intent_id: payment, amount_cents: amount }: Begun): Promise<void> {
  for await (const { metadata } of stripe().refunds.list({ payment_intent: payment, limit: 100 }))
    if (metadata?.request === id) return;
  await stripe().refunds.create(
    { payment_intent: payment, amount, reason: "requested_by_customer", metadata: { request: id } },
    { idempotencyKey: `pack-refund:${id}` },
  );
}

/** Carries a refund that was begun to its end, and brings the credits in step with what came of it. */
async function carryOn(id: string, lease: string): Promise<PackRefundAnswer> {
  const begun = await readBegun(id);
  const { payment_intent_id: paymentIntent, customer_id: customer } = begun;
  let isUnsure = false;
  if (begun.code === "taken") {
    try {
      await makeRefund(id, begun);
    } catch (error) {
      if (isRefusal(error)) await rpc("refuse_pack_refund", { id, problem: error.message, at: now() });
      else isUnsure = true;
    }
  }
  if (!isUnsure) await syncPayment({ paymentIntent, customer, lease });
  const { code, problem } = isUnsure ? begun : await readBegun(id);
  if (code === "refused") {
    const message = `Stripe refused the refund, and the credits were given back. ${problem ?? ""}`.trim();
    return { ok: false, code: "refused", message };
  }
  const done = code === "refunded" ? "refunded" : "pending";
  return { ok: true, code: done, amountCents: begun.amount_cents, creditsTaken: credits(begun.credits) };
}

const BEGIN_MESSAGES: Record<string, string> = {
  changed: "Credits were spent or came back meanwhile. Look at the amount again.",
  under_way: "A refund of this pack is under way. Wait until it is done.",
  lease_lost: "Somebody else works on this customer now. Try again in a minute.",
};

async function begin(
  o: { payment: string; requestId: string; expectedCents: number },
  lease: string,
): Promise<PackRefundAnswer> {
  const found = await readRefundable(o.payment);
  if (typeof found === "string") return refused(found);
  const { purchase, amountCents, chargedCents, returnedCents } = found;
  if (amountCents !== o.expectedCents) return { ok: false, code: "changed", message: BEGIN_MESSAGES.changed ?? "" };
  const going = { id: o.requestId, cents: returnedCents + amountCents, status: "pending" };
  const { returned, charged } = shareOf(chargedCents, null, { refunds: [going], disputes: [], notes: [] });
  const answer = await rpc<{ ok: boolean; code: string }>("begin_pack_refund", {
    customer_id: purchase.customer_id,
    lease,
    id: o.requestId,
    payment_intent_id: o.payment,
    unspent: purchase.unspent,
    amount_cents: amountCents,
    returned: String(returned),
    charged: String(charged),
    at: now(),
  });
  if (!answer.ok) return { ok: false, code: answer.code, message: BEGIN_MESSAGES[answer.code] ?? answer.code };
  return carryOn(o.requestId, lease);
}

/**
 * Refunds the unspent share of a pack. Its free credits are taken first, in one transaction, so that nothing can spend
 * them while Stripe is asked; the refund's key is the request's. If Stripe refuses, the credits come back; if nobody
 * knows what Stripe did, the answer is `pending` and a job finds out. The same request again continues or repeats its
 * first answer.
 * @param o.requestId a uuid made when the form was drawn
 * @param o.expectedCents what the preview said; another amount is refused with `changed`
 * @throws Error if the database cannot answer
 */
export async function refundPack(o: {
  payment: string;
  requestId: string;
  expectedCents: number;
}): Promise<PackRefundAnswer> {
  const purchase = await findPurchase(o.payment);
  if (!purchase || purchase.livemode !== isLivemode())
    return refused((await readState(o.payment)) ? "not_a_pack" : "unknown_payment");
  const customer = purchase.customer_id;
  try {
    return await withCustomer(customer, async (lease) => {
      const known = await readBegun(o.requestId);
      if (known.ok && known.payment_intent_id !== o.payment)
        return { ok: false, code: "idempotency_conflict", message: "This form was used for another payment." };
      if (known.ok) return carryOn(o.requestId, lease);
      await syncPayment({ paymentIntent: o.payment, customer, lease });
      return begin(o, lease);
    });
  } catch (error) {
    if (!(error instanceof CustomerBusy)) throw error;
    return { ok: false, code: "busy", message: "Somebody else works on this customer now. Try again in a minute." };
  }
}

const STUCK_MS = 3_600_000;

async function finish(id: string): Promise<void> {
  const begun = await readBegun(id);
  const answer = await withCustomer(begun.customer_id, (lease) => carryOn(id, lease));
  if (!answer.ok || answer.code === "refunded") await settleAlert({ kind: "refund_stuck", key: id });
  else if (now().getTime() - new Date(begun.begun_at).getTime() > STUCK_MS)
    await raiseAlert({
      kind: "refund_stuck",
      key: id,
      account: begun.account_id,
      data: { payment: begun.payment_intent_id, reason: "Stripe does not say whether it has it; we go on asking" },
    });
}

/**
 * Finds out what became of refunds whose answer from Stripe never came, and ends them. For the job runner.
 * @throws Error naming the refunds that could not be finished; they are tried again later
 */
export async function finishPackRefunds(): Promise<void> {
  const { ids } = await rpc<{ ids: string[] }>("claim_pack_refunds", { most: 10, livemode: isLivemode(), at: now() });
  const failed: string[] = [];
  for (const id of ids) {
    try {
      await finish(id);
    } catch (error) {
      if (!(error instanceof CustomerBusy)) failed.push(`${id}: ${error instanceof Error ? error.message : error}`);
    }
  }
  if (failed.length > 0) throw new Error(failed.join("; "));
}
