import { StripeError } from "../core/error.ts";
import type { Context } from "../core/resource.ts";
import { couponOf } from "../invoices/discounts.ts";
import { cancelIntent } from "../resources/payments.ts";
import { expireIncomplete } from "../subscriptions/standing.ts";
import { changeRecord, findRecord, type Session, type SessionRecord } from "./record.ts";
import { withSums } from "./sums.ts";

/**
 * Applies a code that was typed on the page.
 * @returns what is wrong with it, if anything.
 */
export function applyCode(session: Session, typed: string, context: Context): string | null {
  const code = context.store
    .objects("promotion_code")
    .find((row) => row.code.toLowerCase() === typed.toLowerCase() && row.active);
  if (!code) return "This code is not valid.";
  try {
    couponOf({ promotion_code: code.id }, session.customer, context);
  } catch (error) {
    if (error instanceof StripeError) return "This code cannot be used any more.";
    throw error;
  }
  reprice(session, { promotion_code: code.id }, context);
  return null;
}

/** Takes the discount off again. */
export function removeCode(session: Session, context: Context): void {
  reprice(session, null, context);
}

function reprice(session: Session, discount: SessionRecord["discount"], context: Context): void {
  const record = { ...findRecord(session.id, context), discount };
  const { session: summed, lines } = withSums(session, record, context);
  if (record.pendingSubscription) expireIncomplete(context.find("subscription", record.pendingSubscription), context);
  changeRecord(session.id, { discount, lines, pendingSubscription: null }, context);
  const discounts = discount ? [{ coupon: null, promotion_code: discount.promotion_code ?? null }] : [];
  context.save<Session>({ ...summed, discounts });
  if (session.payment_intent) repriceIntent(session.payment_intent, summed, context);
}

function repriceIntent(id: string, session: Session, context: Context): void {
  const amount = session.amount_total ?? 0;
  const intent = context.find("payment_intent", id);
  if (amount > 0) {
    context.save({ ...intent, amount });
    return;
  }
  cancelIntent(context, id, "abandoned");
  context.save<Session>({ ...context.find("checkout.session", session.id), payment_intent: null });
}
