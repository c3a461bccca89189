import type Stripe from "stripe";
import { idOf, stripe } from "@/lib/stripe/client";
import { subscriptionOf } from "@/lib/stripe/invoices";
import { type Check, createdSince, type Finding, nextOf, PAGE, type Page, type Run, startingAfter } from "./check";
import { idsOf, type Mirror, readMirror } from "./mirror";

/** After so long an invoice that is settled does not change any more. */
const SETTLED_AFTER_DAYS = 100;

/** A draft's sums still move with every use; all else must be equal. */
const inWords = (status: string, totalCents: number, dueCents: number): string =>
  status === "draft" ? "draft" : `${status}, ${totalCents} cents, ${dueCents} due`;

function findingsOf(invoice: Stripe.Invoice, known: Mirror): Finding[] {
  const customer = idOf(invoice.customer) ?? "";
  const owner = known.customers[customer];
  const mirrored = known.invoices[invoice.id ?? ""];
  if (!owner || !invoice.id || (!mirrored && !subscriptionOf(invoice))) return [];
  const theirs = inWords(invoice.status ?? "draft", invoice.total, invoice.amount_remaining);
  const ours = mirrored ? inWords(mirrored.status, mirrored.total_cents, mirrored.due_cents) : null;
  if (ours === theirs) return [];
  return [
    {
      rule: "Every invoice is here as it is at Stripe",
      key: invoice.id,
      account: owner.account,
      text: ours ? `The invoice ${invoice.id} is another at Stripe.` : `The invoice ${invoice.id} is not known here.`,
      ours,
      theirs,
      mend: { what: "customer", customer },
    },
  ];
}

async function atStripe(after: string | null, run: Run): Promise<Page> {
  const created = createdSince(run.since(SETTLED_AFTER_DAYS));
  const list = await stripe().invoices.list({ limit: PAGE, ...created, ...startingAfter(after) });
  const known = await readMirror({
    customers: idsOf(list.data.map(({ customer }) => idOf(customer))),
    invoices: idsOf(list.data.map(({ id }) => id)),
  });
  return {
    checked: list.data.length,
    seen: idsOf(list.data.map(({ id }) => id)),
    next: nextOf(list),
    findings: list.data.flatMap((invoice) => findingsOf(invoice, known)),
  };
}

async function here(after: string | null, run: Run): Promise<Page> {
  const { held, next } = await run.unseen("invoice", run.since(SETTLED_AFTER_DAYS), after ?? "");
  return {
    checked: held.length,
    next,
    findings: held.map(({ id, account, customer }) => ({
      rule: "Every unpaid invoice here exists at Stripe",
      key: id,
      account,
      text: `Stripe does not list the invoice ${id}, which is open here.`,
      ours: id,
      theirs: null,
      mend: { what: "customer", customer },
    })),
  };
}

/** Invoices: what they say and whether they are paid. */
export const invoices: Check = {
  key: "invoices",
  title: "Invoices",
  agrees: "Every invoice is here as it is at Stripe.",
  alert: "sums_differ",
  phases: [atStripe, here],
};
