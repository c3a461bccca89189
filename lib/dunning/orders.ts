import type Stripe from "stripe";
import {
  type DunningFacts,
  type DunningStep,
  isRetried,
  nextDunningStep,
  type SettledAs,
  type UnpaidInvoice,
} from "@/lib/billing/dunning";
import { policy } from "@/lib/billing/plans";
import type { DunningStage, Standing } from "@/lib/billing/standing";
import { stripe } from "@/lib/stripe/client";
import type { ReadSubscription } from "@/lib/subscriptions/snapshot";
import { type OpenCase, readCase } from "./case";
import { confirmationMail, type Debt, restoredMail, stageMail } from "./mails";
import { isDunned, isOwed, toUnpaid } from "./unpaid";

const HOUR_MS = 3_600_000;

/** What was just fetched of a customer. */
export interface FetchedDebts {
  readonly account: string;
  readonly customer: string;
  /** Stripe has the customer no more. */
  readonly isFormer: boolean;
  /** The subscription that counts, or null. */
  readonly subscription: ReadSubscription | null;
  readonly invoices: readonly Stripe.Invoice[];
  readonly standing: Standing;
  /** End of a period that was paid after its subscription had ended. */
  readonly paidThrough: Date | null;
}

/** What dunning makes of it. */
export interface DunningOrders {
  /** The stage that holds from now on; null when nothing is owed. */
  readonly stage: DunningStage | null;
  /** Invoices of the case that were further back than what was fetched. */
  readonly found: readonly Stripe.Invoice[];
  /** How the database writes it down, once the voids are known; null leaves the case alone. */
  readonly row: (voids: readonly object[]) => Record<string, unknown> | null;
}

const UNTOUCHED = { found: [], row: () => null };

/** Invoices of the open case that are not among the latest: each is asked for by its id. */
async function findOthers(open: OpenCase | null, fetched: FetchedDebts): Promise<Stripe.Invoice[]> {
  const missing = (open?.members ?? []).filter(
    ({ invoice, outcome }) => outcome === null && !fetched.invoices.some(({ id }) => id === invoice),
  );
  return Promise.all(missing.map(({ invoice }) => stripe().invoices.retrieve(invoice)));
}

function settledNow(status: string | null): SettledAs | null {
  return status === "paid" || status === "void" ? status : null;
}

/** What became of the members that are owed no longer; one that is further back than what was fetched stays settled. */
function settledOf(open: OpenCase | null, invoices: readonly Stripe.Invoice[]) {
  return (open?.members ?? []).flatMap(({ invoice: id, outcome: former }) => {
    const fetched = invoices.find((invoice) => invoice.id === id);
    const outcome = fetched ? settledNow(fetched.status) : former;
    return outcome ? [{ invoice_id: id, outcome }] : [];
  });
}

const toMemberRow = ({ id, attempts, needsAction, collection }: UnpaidInvoice) => ({
  invoice_id: id,
  attempts,
  action_required: needsAction,
  collection,
});

type Stand = Extract<DunningStep, { kind: "stand" }>;

function standRow({ next, told, nextStageAt }: Stand, debt: Debt, unpaid: readonly UnpaidInvoice[], now: Date) {
  const askAt = now.getTime() + (next.stage === "suspended" ? 24 : 6) * HOUR_MS;
  const confirm = debt.invoices.filter(({ id }) => unpaid.some((one) => one.id === id && one.needsAction));
  const mail = told && !(told === "retrying" && confirm.length > 0) ? stageMail(told, debt) : null;
  return {
    stage: next.stage,
    opened_at: next.openedAt,
    paused_at: next.pausedAt,
    paused_seconds: Math.round(next.pausedMs / 1000),
    ask_at: new Date(Math.min(askAt, Math.max(nextStageAt?.getTime() ?? askAt, now.getTime()))),
    ends_plan: policy.dunning.endPlan,
    confirmations: confirm.map((invoice) => ({ key: invoice.id, ...confirmationMail(debt.subscription, invoice) })),
    mail,
  };
}

/**
 * What is to be done about an account's debts, from what Stripe says now: which stage holds, which effects and mails are
 * due. Nothing is written; that happens in one transaction with everything else that follows from what was fetched.
 * @throws Error if Stripe or the database cannot answer
 */
export async function dunningOrders(fetched: FetchedDebts, now: Date): Promise<DunningOrders> {
  const { account, customer, isFormer, subscription, standing } = fetched;
  const { open, lost } = await readCase(account);
  if (isFormer && open?.customer !== customer) return { stage: open?.stage ?? null, ...UNTOUCHED };
  const found = await findOthers(open, fetched);
  const invoices = [...fetched.invoices, ...found];
  const isMember = (id: string | undefined) =>
    open?.members.some((member) => member.invoice === id && member.outcome === null) ?? false;
  const own = subscription?.invoices.filter(({ invoice }) => isDunned(invoice, subscription, now)) ?? [];
  const owed = invoices
    .filter(
      (invoice) =>
        isOwed(invoice) &&
        !lost.has(String(invoice.id)) &&
        (isMember(invoice.id) || own.some((read) => read.invoice.id === invoice.id)),
    )
    .sort((a, b) => a.created - b.created);
  const knownOf = (id: string | undefined) => open?.members.find(({ invoice }) => invoice === id);
  const unpaid: UnpaidInvoice[] = [];
  if (!isFormer)
    for (const invoice of owed) unpaid.push(await toUnpaid(invoice, subscription, knownOf(invoice.id), now));
  const settled = settledOf(open, invoices);
  const facts: DunningFacts = {
    unpaid,
    settled: settled.map(({ outcome }) => outcome),
    subscription: subscription && {
      status: subscription.status,
      collectionPaused: subscription.raw.pause_collection !== null,
    },
    customerDeleted: isFormer,
  };
  const days = standing.terms?.dunning ?? policy.dunning;
  const step = nextDunningStep(open, facts, days, now);
  if (step.kind === "nothing") return { stage: null, found, row: () => null };
  const members = unpaid.map(toMemberRow);
  if (step.kind === "close") {
    const mail =
      open && step.outcome === "paid" ? restoredMail(subscription, open.stage, fetched.paidThrough, now) : null;
    return { stage: null, found, row: () => ({ members, settled, outcome: step.outcome, mail }) };
  }
  const debt: Debt = { subscription, invoices: owed, isRetried: unpaid.some(isRetried), next: step.next, days };
  const row = standRow(step, debt, unpaid, now);
  return { stage: step.next.stage, found, row: (voids) => ({ members, settled, voids, ...row }) };
}
