import type Stripe from "stripe";
import { plans } from "@/lib/billing/plans";
import { now } from "@/lib/clock";
import { idOf, isLivemode, stripe } from "@/lib/stripe/client";
import { subscriptionLines } from "@/lib/stripe/invoices";
import { rpc } from "@/lib/supabase/rpc";
import { type Check, createdSince, type Finding, nextOf, PAGE, type Page, type Run, startingAfter } from "./check";
import { idsOf, type Mirror, readMirror } from "./mirror";

const SETTLED_AFTER_DAYS = 100;
const WITHOUT_ALLOWANCE_PAGE = 20;

const soldPack = (session: Stripe.Checkout.Session): boolean =>
  session.mode === "payment" && session.metadata?.kind === "pack";

function findingsOf(session: Stripe.Checkout.Session, known: Mirror): Finding[] {
  const customer = idOf(session.customer) ?? "";
  const owner = known.customers[customer];
  if (!owner || !soldPack(session) || session.payment_status === "unpaid") return [];
  const purchase = known.purchases[session.id];
  const theirs = `paid, ${session.amount_total ?? 0} cents`;
  const ours = purchase ? `${purchase.status}, ${purchase.total_cents} cents` : null;
  if (ours === theirs) return [];
  return [
    {
      rule: "Every pack that was paid is here",
      key: session.id,
      account: owner.account,
      text: ours
        ? `The purchase ${session.id} is another at Stripe.`
        : `The paid purchase ${session.id} is not known here.`,
      ours,
      theirs,
      mend: { what: "session", session: session.id, customer },
    },
  ];
}

async function paidPacks(after: string | null, run: Run): Promise<Page> {
  const list = await stripe().checkout.sessions.list({
    status: "complete",
    limit: PAGE,
    ...createdSince(run.since(SETTLED_AFTER_DAYS)),
    ...startingAfter(after),
  });
  const sold = list.data.filter(soldPack);
  const known = await readMirror({
    customers: idsOf(sold.map(({ customer }) => idOf(customer))),
    sessions: sold.map(({ id }) => id),
  });
  return {
    checked: sold.length,
    next: nextOf(list),
    findings: sold.flatMap((session) => findingsOf(session, known)),
  };
}

interface Unbacked {
  id: string;
  account: string;
  customer: string | null;
  what: "paid" | "granted";
  credits: number;
}

async function packsAndCredits(after: string | null): Promise<Page> {
  const rows = await rpc<Unbacked[]>("read_unbacked_packs", { livemode: isLivemode(), after: after ?? "", most: PAGE });
  return {
    checked: rows.length,
    next: rows.length < PAGE ? null : (rows.at(-1)?.id ?? null),
    findings: rows.map(({ id, account, customer, what, credits }) => ({
      rule: "Every paid pack has brought its credits, and nothing else has",
      key: id,
      account,
      text:
        what === "paid"
          ? `The purchase ${id} is paid, and its ${credits} credits were not given.`
          : `${credits} credits were given for ${id}, which nobody has paid here.`,
      ours: what === "paid" ? "no credits" : `${credits} credits`,
      theirs: what === "paid" ? `${credits} credits` : "not paid",
      mend: what === "paid" && customer ? { what: "session", session: id, customer } : null,
    })),
  };
}

const withAllowance = plans
  .filter((plan) => plan.monthlyAllowance > 0 && plan.key !== "enterprise")
  .map(({ key }) => key);

/** Whether a paid invoice bills a base price that nobody has credited before. */
async function billsBase(invoice: string): Promise<boolean> {
  const lines = await subscriptionLines(await stripe().invoices.retrieve(invoice));
  return lines.some(({ meaning, isProration, isCredited }) => meaning?.kind === "base" && !isProration && !isCredited);
}

async function paidPeriods(after: string | null): Promise<Page> {
  const rows = await rpc<Array<{ id: string; account: string; customer: string; invoice: string }>>(
    "read_paid_without_allowance",
    { livemode: isLivemode(), plans: withAllowance, after: after ?? "", most: WITHOUT_ALLOWANCE_PAGE, at: now() },
  );
  const findings: Finding[] = [];
  for (const { id, account, customer, invoice } of rows)
    if (await billsBase(invoice))
      findings.push({
        rule: "Every paid period has brought its allowance",
        key: invoice,
        account,
        text: `The invoice ${invoice} of ${id} is paid, and the credits of its period were not given.`,
        ours: "no credits",
        theirs: "paid",
        mend: { what: "customer", customer },
      });
  const next = rows.length < WITHOUT_ALLOWANCE_PAGE ? null : (rows.at(-1)?.id ?? null);
  return { checked: rows.length, next, findings };
}

/** What was paid and the credits it has brought, both directions. */
export const grants: Check = {
  key: "grants",
  title: "Payments and credits",
  agrees: "Every payment has brought its credits, and no credits came without one.",
  alert: "sums_differ",
  phases: [paidPacks, packsAndCredits, paidPeriods],
};
