import Stripe from "stripe";
import { raiseAlert, settleAlert } from "@/lib/alerts";
import { policy } from "@/lib/billing/plans";
import { earlyFraudAnswer } from "@/lib/billing/returns";
import type { AccountId } from "@/lib/billing/units";
import { isLivemode, stripe } from "@/lib/stripe/client";
import { rpc } from "@/lib/supabase/rpc";
import { syncPayment } from "./payment";

/** Refuses what cannot be refunded any more, because somebody has, or because a dispute was faster. */
const IS_TOO_LATE = ["charge_already_refunded", "charge_disputed", "refund_disputed_payment"];

const isTooLate = (error: unknown): boolean =>
  error instanceof Stripe.errors.StripeInvalidRequestError && IS_TOO_LATE.includes(error.code ?? "");

async function refund(warning: string, paymentIntent: string): Promise<void> {
  try {
    await stripe().refunds.create(
      { payment_intent: paymentIntent, reason: "fraudulent", metadata: { early_fraud_warning: warning } },
      { idempotencyKey: `early-fraud:${warning}` },
    );
  } catch (error) {
    if (!isTooLate(error)) throw error;
  }
}

const SENT_BACK = "Its money was sent back before it could become a dispute, and its credits were taken.";

/**
 * Answers a bank's early warning that a payment was fraud: by the policy its money is sent back at once, and the credits
 * follow; the founders are told in any case, once. Whatever has been refunded or is disputed is left alone, so asked
 * again it refunds nothing, and what others have sent back meanwhile is told no longer.
 * @param isNew whether the warning has just come, and not only changed
 * @param lease the customer's lease
 * @returns false if the payment is not one of our customers'
 * @throws Error if Stripe or the database cannot answer, or the lease was lost
 */
export async function answerFraudWarning({
  warning: id,
  isNew,
  paymentIntent,
  ...held
}: {
  warning: string;
  isNew: boolean;
  paymentIntent: string;
  customer: string;
  lease: string;
}): Promise<boolean> {
  const { account_id: account } = await rpc<{ account_id: AccountId | null }>("find_customer_account", {
    customer_id: held.customer,
    livemode: isLivemode(),
  });
  if (!account) return false;
  const warning = await stripe().radar.earlyFraudWarnings.retrieve(id, { expand: ["charge"] });
  const charge = typeof warning.charge === "string" ? await stripe().charges.retrieve(warning.charge) : warning.charge;
  const answer = earlyFraudAnswer(
    {
      chargedCents: charge.amount_captured,
      returnedCents: charge.amount_refunded,
      isDisputed: charge.disputed,
      isActionable: warning.actionable,
    },
    policy,
  );
  if (answer === "refund") await refund(id, paymentIntent);
  await syncPayment({ paymentIntent, ...held });
  const { data: refunds } = await stripe().refunds.list({ payment_intent: paymentIntent, limit: 100 });
  const made = refunds.find(({ metadata }) => metadata?.early_fraud_warning === id);
  const data = {
    payment: paymentIntent,
    fraudType: warning.fraud_type.replaceAll("_", " "),
    amountCents: charge.amount_captured,
    currency: charge.currency,
    refund: made?.id ?? null,
    ...(made ? { text: SENT_BACK } : {}),
  };
  if (isNew || answer === "refund") await raiseAlert({ kind: "fraud_warning", key: id, account, data });
  else if (!warning.actionable && !made) await settleAlert({ kind: "fraud_warning", key: id });
  return true;
}
