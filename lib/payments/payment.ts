import type Stripe from "stripe";
import { endsPlan, isFraud, type Returns, returnedCents, shareOf } from "@/lib/billing/returns";
import { now } from "@/lib/clock";
import { isLivemode, stripe } from "@/lib/stripe/client";
import { paymentsOf } from "@/lib/stripe/invoices";
import { rpc } from "@/lib/supabase/rpc";
import {
  type BoughtCredits,
  creditsOf,
  findPurchase,
  type GrantKey,
  invoicesOf,
  type Purchase,
  packName,
} from "./bought";
import { endPlansOf, endPlansOfCustomer } from "./end-plans";
import { mailsOf } from "./mails";
import {
  fetchCreditNotes,
  fetchMoney,
  isDisputed,
  type MadeCreditNote,
  type PaymentMoney,
  paidAt,
  standingDisputes,
} from "./money";

interface Held {
  readonly customer: string;
  readonly lease: string;
}

/** The share of a grant's money that stands returned, as the database takes it. */
interface SharedGrant extends GrantKey {
  readonly returned: string;
  readonly charged: string;
}

const accountOf = async (customer: string): Promise<string | null> =>
  (await rpc<{ account_id: string | null }>("find_customer_account", { customer_id: customer, livemode: isLivemode() }))
    .account_id;

function sharesOf(bought: readonly BoughtCredits[], chargedCents: number, returns: Returns): SharedGrant[] {
  return bought.flatMap(({ keys, lines }) => {
    const { returned, charged } = shareOf(chargedCents, lines, returns);
    return keys.map((key) => ({ ...key, returned: String(returned), charged: String(charged) }));
  });
}

/** Refunds an admin has begun whose money Stripe does not know of yet: their credits are taken already. */
const begunRefunds = (purchase: Purchase | null, { refunds }: PaymentMoney) =>
  (purchase?.begun ?? [])
    .filter(({ id }) => refunds.every(({ request }) => request !== id))
    .map(({ id, amount_cents: cents }) => ({ id, cents, status: "pending" }));

/** What the customer's balance paid of an invoice, in cents: money that had come, or come back, before. */
const fromBalance = ({ starting_balance: before, ending_balance: after }: Stripe.Invoice): number =>
  Math.max(0, (after ?? before) - before);

/** What has gone back of all payments of an invoice together, and what they and the customer's balance have paid. */
async function moneyOfInvoice(
  invoice: Stripe.Invoice,
  own: PaymentMoney | null,
  notes: readonly MadeCreditNote[],
): Promise<{ chargedCents: number; returns: Returns }> {
  const others = (invoice.id ? await paymentsOf(invoice.id) : []).filter((id) => id !== own?.payment.id);
  const fetched = (await Promise.all(others.map(fetchMoney))).filter((money) => money !== null);
  const all = own ? [own, ...fetched] : fetched;
  return {
    chargedCents:
      all.length > 0
        ? all.reduce((sum, { payment }) => sum + payment.amount_received, fromBalance(invoice))
        : invoice.total,
    returns: { refunds: all.flatMap((it) => it.refunds), disputes: all.flatMap((it) => it.disputes), notes },
  };
}

async function save({ customer, lease }: Held, cause: string, what: Record<string, unknown>): Promise<void> {
  const answer = await rpc<{ ok: boolean; code: string }>("save_payment", {
    customer_id: customer,
    lease,
    cause,
    payment: null,
    notes: [],
    mails: [],
    ...what,
    at: now(),
  });
  if (!answer.ok) throw new Error(`What became of ${cause} was not saved: ${answer.code}`);
}

function toRow(
  money: PaymentMoney,
  more: { kind: string; invoice: string | null; keys: GrantKey[]; notes: MadeCreditNote[]; returned: number },
): Record<string, unknown> {
  const { payment } = money;
  return {
    payment_intent_id: payment.id,
    livemode: payment.livemode,
    kind: more.kind,
    invoice_id: more.invoice,
    grants: more.keys.map(({ source, source_id }) => ({ source, source_id })),
    currency: payment.currency,
    charged_cents: payment.amount_received,
    returned_cents: Math.min(more.returned, payment.amount_received),
    refunds: money.refunds,
    disputes: money.disputes,
    credit_notes: more.notes.map(({ id, number, totalCents, cents, at }) => ({ id, number, totalCents, cents, at })),
    is_disputed: isDisputed(money),
    is_fraud: money.disputes.some(isFraud),
    paid_at: paidAt(payment),
  };
}

interface NotedInvoice {
  readonly invoice: string;
  readonly notes: readonly MadeCreditNote[];
}

const notedOn = ({ id }: Stripe.Invoice, notes: readonly MadeCreditNote[]): NotedInvoice[] =>
  id ? [{ invoice: id, notes }] : [];

/** What a payment bought, in credits and words, with the credit notes on its invoices and all shares that follow. */
async function followInvoices(invoices: readonly Stripe.Invoice[], own: PaymentMoney) {
  const notes: MadeCreditNote[] = [];
  const noted: NotedInvoice[] = [];
  const shares: SharedGrant[] = [];
  let planName: string | null = null;
  for (const invoice of invoices) {
    const onInvoice = await fetchCreditNotes(invoice);
    const credits = await creditsOf(invoice);
    const { chargedCents, returns } = await moneyOfInvoice(invoice, own, onInvoice);
    notes.push(...onInvoice);
    noted.push(...notedOn(invoice, onInvoice));
    shares.push(...sharesOf(credits.bought, chargedCents, returns));
    planName = credits.planName ?? planName;
  }
  return { notes, noted, shares, planName };
}

/**
 * Fetches how much of a payment stands returned now by refunds, disputes and credit notes, and brings its credits in
 * step: takes the difference back, or gives it back. It is the state that counts, so refund and dispute together,
 * repeated partial refunds, a failed refund, a dispute won and a replay are all the same sum, over all payments of the
 * invoice. A dispute for fraud, open or lost, holds the account; it, and one that says the plan was canceled, ends the
 * plan. Mail to the owners and alerts to the founders are written with it.
 * @param lease the customer's lease
 * @returns false if the payment is not one of our customers', or took no money
 * @throws Error if Stripe or the database cannot answer, or the lease was lost
 */
export async function syncPayment({
  paymentIntent,
  customer,
  lease,
}: {
  paymentIntent: string;
  customer: string;
  lease: string;
}): Promise<boolean> {
  if (!(await accountOf(customer))) return false;
  const money = await fetchMoney(paymentIntent);
  if (!money) return false;
  const purchase = await findPurchase(paymentIntent);
  const isPack = money.payment.metadata.kind === "pack";
  if (isPack && !purchase) throw new Error(`The purchase that ${paymentIntent} paid for is not here yet.`);
  const invoices = await invoicesOf(paymentIntent);
  const followed = await followInvoices(invoices, money);
  const begun = begunRefunds(purchase, money);
  const returns = { refunds: [...money.refunds, ...begun], disputes: money.disputes, notes: followed.notes };
  const pack = purchase ? [{ keys: [{ source: "pack", source_id: purchase.session_id }], lines: null }] : [];
  const shares = [...followed.shares, ...sharesOf(pack, money.payment.amount_received, returns)];
  const isPlan = followed.shares.length > 0 || invoices.some(({ parent }) => parent?.type === "subscription_details");
  const what = purchase ? packName(purchase) : followed.planName && `the ${followed.planName} plan`;
  await save({ customer, lease }, paymentIntent, {
    payment: toRow(money, {
      kind: purchase ? "pack" : isPlan ? "plan" : "other",
      invoice: invoices[0]?.id ?? null,
      keys: shares,
      notes: followed.notes,
      returned: returnedCents(returns),
    }),
    shares,
    notes: followed.noted,
    mails: mailsOf(money, followed.notes, what),
  });
  if (standingDisputes(money).some(endsPlan)) await endPlansOf(invoices);
  if (money.disputes.some((dispute) => isFraud(dispute) && dispute.status === "lost"))
    await endPlansOfCustomer(customer);
  return true;
}

/**
 * Does for an invoice what syncPayment does for a payment: one that several payments paid is looked at with each of
 * them; one that was paid from the balance or out of band has no payment, and its credit notes speak for it alone.
 * @throws Error if Stripe or the database cannot answer, or the lease was lost
 */
export async function syncInvoicePayments({ invoice: id, ...held }: Held & { invoice: string }): Promise<void> {
  const payments = await paymentsOf(id);
  for (const paymentIntent of payments) await syncPayment({ paymentIntent, ...held });
  if (payments.length > 0 || !(await accountOf(held.customer))) return;
  const invoice = await stripe().invoices.retrieve(id);
  const notes = await fetchCreditNotes(invoice);
  const { bought } = invoice.status === "paid" ? await creditsOf(invoice) : { bought: [] };
  const { chargedCents, returns } = await moneyOfInvoice(invoice, null, notes);
  await save(held, id, { shares: sharesOf(bought, chargedCents, returns), notes: notedOn(invoice, notes) });
}

/**
 * Notes a payment that has just paid an invoice, so that it is known before anything happens to it. Packs are known by
 * their checkout.
 * @throws Error if Stripe or the database cannot answer, or the lease was lost
 */
export async function notePayment({ paymentIntent, ...held }: Held & { paymentIntent: string }): Promise<boolean> {
  const { metadata } = await stripe().paymentIntents.retrieve(paymentIntent);
  return metadata.kind === "pack" || syncPayment({ paymentIntent, ...held });
}
