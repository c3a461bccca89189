import type Stripe from "stripe";
import { returnedCents } from "@/lib/billing/returns";
import { idOf, stripe } from "@/lib/stripe/client";
import { type Check, createdSince, type Finding, nextOf, type Page, type Run, startingAfter } from "./check";
import { idsOf, type Mirror, readMirror } from "./mirror";

/** A dispute may come up to 120 days after a payment, and takes months itself. */
const SETTLED_AFTER_DAYS = 400;
/** Each charge that money came back from takes some questions more, twice if it differs: a page fits into half a minute. */
const RETURNS_PAGE = 20;

/** What credit notes have given back of the invoices of a payment without a refund, in cents. */
async function creditedCents(payment: string): Promise<number> {
  const paid = await stripe().invoicePayments.list({
    payment: { type: "payment_intent", payment_intent: payment },
    limit: 100,
  });
  let cents = 0;
  for (const invoice of idsOf(paid.data.map((each) => idOf(each.invoice))))
    for await (const note of stripe().creditNotes.list({ invoice, limit: 100 }))
      if (note.status === "issued" && note.type === "post_payment")
        cents += (note.refunds ?? []).reduce((rest, refund) => rest - refund.amount_refunded, note.post_payment_amount);
  return cents;
}

/** What stands returned of a payment at Stripe. */
async function returnedAtStripe(payment: string): Promise<number> {
  const [refunds, disputes, credited] = await Promise.all([
    stripe().refunds.list({ payment_intent: payment, limit: 100 }),
    stripe().disputes.list({ payment_intent: payment, limit: 100 }),
    creditedCents(payment),
  ]);
  const gone = returnedCents({
    refunds: refunds.data.map(({ id, amount, status }) => ({ id, cents: amount, status: status ?? "" })),
    disputes: disputes.data.map(({ id, amount, status, reason }) => ({ id, cents: amount, status, reason })),
    notes: [],
  });
  return gone + credited;
}

const mayHaveReturned = (charge: Stripe.Charge, known: Mirror): boolean =>
  charge.status === "succeeded" &&
  (charge.amount_refunded > 0 ||
    charge.disputed ||
    (known.payments[idOf(charge.payment_intent) ?? ""]?.returned_cents ?? 0) > 0);

async function findingOf(charge: Stripe.Charge, known: Mirror): Promise<Finding | null> {
  const customer = idOf(charge.customer) ?? "";
  const payment = idOf(charge.payment_intent);
  const owner = known.customers[customer];
  if (!owner || !payment || !mayHaveReturned(charge, known)) return null;
  const theirs = Math.min(await returnedAtStripe(payment), charge.amount_captured);
  const ours = known.payments[payment]?.returned_cents ?? 0;
  if (ours === theirs) return null;
  return {
    rule: "Credits follow what came back of their payment",
    key: payment,
    account: owner.account,
    text: `Of the payment ${payment} ${theirs} cents stand refunded or disputed at Stripe, and ${ours} here.`,
    ours: String(ours),
    theirs: String(theirs),
    mend: { what: "payment", payment, customer },
  };
}

async function charges(after: string | null, run: Run): Promise<Page> {
  const created = createdSince(run.since(SETTLED_AFTER_DAYS));
  const list = await stripe().charges.list({ limit: RETURNS_PAGE, ...created, ...startingAfter(after) });
  const known = await readMirror({
    customers: idsOf(list.data.map(({ customer }) => idOf(customer))),
    payments: idsOf(list.data.map((charge) => idOf(charge.payment_intent))),
  });
  const findings: Finding[] = [];
  for (const charge of list.data) {
    const finding = await findingOf(charge, known);
    if (finding) findings.push(finding);
  }
  return { checked: list.data.length, next: nextOf(list), findings };
}

/** Refunds, disputes and credit notes against what was taken back of the credits. */
export const returns: Check = {
  key: "returns",
  title: "Refunds and disputes",
  agrees: "Credits follow everything that came back of their payments.",
  alert: "sums_differ",
  phases: [charges],
};
