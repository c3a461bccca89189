import type { Context } from "../core/resource.ts";
import { couponOf, reductionOf } from "../invoices/discounts.ts";
import type { CheckoutView, SummaryLine } from "../pages/checkout-page.ts";
import type { Mistakes, TypedPayment } from "../pages/fields.ts";
import { writeCount, writeDay, writeInterval, writeMoney, writeUnitPrice } from "../pages/wording.ts";
import { isMetered } from "../subscriptions/items.ts";
import { fullPrice, priceIn } from "../subscriptions/priced.ts";
import type { Session, SessionLine, SessionRecord } from "./record.ts";
import { hasTrial } from "./sums.ts";

interface Shown {
  typed: TypedPayment;
  mistakes: Mistakes;
  alert: string | null;
}

/** Whether the page must ask for a card: something is due, or a card is to be kept for later. */
export function needsCard(session: Session): boolean {
  return (session.amount_total ?? 0) > 0 || session.mode === "setup" || session.payment_method_collection === "always";
}

/** What the hosted page of an open session shows. */
export function viewOf(session: Session, record: SessionRecord, shown: Shown, context: Context): CheckoutView {
  const currency = session.currency ?? "usd";
  const money = (amount: number | null | undefined) => writeMoney(amount ?? 0, currency);
  const customer = session.customer ? context.find("customer", session.customer) : null;
  const totals = session.total_details;
  return {
    address: `/c/pay/${session.id}`,
    title: titleOf(session),
    total: money(session.amount_total),
    totalNote: totalNote(session, record),
    lines: record.lines.map((line) => summaryLine(line, currency, hasTrial(record), context)),
    sums: [
      ...(totals?.amount_discount || totals?.amount_tax
        ? [{ label: "Subtotal", amount: money(session.amount_subtotal) }]
        : []),
      ...(totals?.amount_discount ? [{ label: "Discount", amount: `−${money(totals.amount_discount)}` }] : []),
      ...(totals?.amount_tax ? [{ label: "Tax", amount: money(totals.amount_tax) }] : []),
    ],
    due: { label: "Due today", amount: money(session.amount_total) },
    fixedEmail: customer?.email ?? session.customer_email,
    needsCard: needsCard(session),
    renews: session.mode === "subscription",
    payLabel: payLabel(session, record, money(session.amount_total)),
    promotion: promotionOf(session, record, currency, context),
    terms: {
      required: session.consent_collection?.terms_of_service === "required",
      text: session.custom_text.terms_of_service_acceptance?.message ?? "I agree to the terms of service.",
    },
    notes: session.custom_text.submit ? [session.custom_text.submit.message] : [],
    cancelUrl: session.cancel_url,
    ...shown,
  };
}

function titleOf(session: Session): string {
  if (session.mode === "subscription") return "Subscribe";
  return session.mode === "setup" ? "Save a card" : "Pay";
}

function payLabel(session: Session, record: SessionRecord, amount: string): string {
  if (session.mode === "setup") return "Save card";
  if (session.mode === "payment") return session.amount_total ? `Pay ${amount}` : "Complete order";
  return hasTrial(record) ? "Start trial" : "Subscribe";
}

function totalNote(session: Session, record: SessionRecord): string {
  const trial = record.subscriptionData;
  if (trial?.trial_period_days) return `due today, then your plan after ${trial.trial_period_days} days free`;
  if (trial?.trial_end) return `due today, free until ${writeDay(trial.trial_end)}`;
  return session.mode === "subscription" ? "due today, then every period until you cancel" : "due today, once";
}

function summaryLine(line: SessionLine, currency: string, trial: boolean, context: Context): SummaryLine {
  const name = line.description ?? "";
  const price = line.price && priceIn(fullPrice(line.price.id, context), currency, "currency");
  if (!line.price || !price) return { name, detail: "", amount: writeMoney(line.amount_total, currency) };
  const every = price.recurring && writeInterval(price.recurring.interval, price.recurring.interval_count);
  if (isMetered(line.price)) {
    const unit = price.unit_amount_decimal ?? price.tiers?.at(-1)?.unit_amount_decimal ?? "0";
    return {
      name,
      detail: `${writeUnitPrice(unit, currency)} per unit, billed each ${every} by what you use`,
      amount: "by use",
    };
  }
  const each = writeUnitPrice(price.unit_amount_decimal ?? "0", currency);
  const quantity = line.quantity ?? 1;
  const rate = quantity === 1 ? "" : `${writeCount(quantity)} at ${each} each`;
  const recurs = every ? `${each} every ${every}${trial ? ", after the trial" : ""}` : "";
  return {
    name,
    detail: [rate, recurs].filter(Boolean).join(", "),
    amount: writeMoney(line.amount_subtotal, currency),
  };
}

function promotionOf(
  session: Session,
  record: SessionRecord,
  currency: string,
  context: Context,
): CheckoutView["promotion"] {
  if (!session.allow_promotion_codes) return "hidden";
  if (!record.discount?.promotion_code) return "offered";
  const coupon = couponOf(record.discount, session.customer, context);
  const { percentOff, amountOffCents } = reductionOf(coupon, coupon.id, currency);
  const code = context.find("promotion_code", record.discount.promotion_code).code;
  return {
    code,
    amount: percentOff === null ? `${writeMoney(amountOffCents ?? 0, currency)} off` : `${percentOff}% off`,
  };
}
