import type Stripe from "stripe";
import { raiseAlert } from "@/lib/alerts";
import { toGrantRow, type VoidOrder } from "@/lib/billing/grants";
import { accountId } from "@/lib/billing/units";
import { now } from "@/lib/clock";
import { dunningOrders } from "@/lib/dunning/orders";
import { readStanding } from "@/lib/standing";
import { isLivemode, stripe } from "@/lib/stripe/client";
import { toInvoiceRow } from "@/lib/stripe/invoices";
import { missingPriceData, PriceMissing } from "@/lib/stripe/prices";
import { rpc } from "@/lib/supabase/rpc";
import { alertsOf } from "./alerts";
import { type AllowanceOrders, allowanceOrders } from "./allowance";
import { changeMails } from "./change-mails";
import { grantFreeMonth } from "./free";
import { mailsOf } from "./mails";
import { addMeteredItem } from "./metered-item";
import { planWhatSurvives } from "./schedule";
import { endSecondSubscriptions } from "./second";
import { mirroredOf, paidThroughOf, type ReadSubscription, readSubscription, toSubscriptionRow } from "./snapshot";
import { isStuck, stuckMail } from "./stuck";
import { refuseUsedTrial } from "./trials";

const MOST = 100;

async function listSubscriptions(customer: string): Promise<Stripe.Subscription[]> {
  const found: Stripe.Subscription[] = [];
  for await (const subscription of stripe().subscriptions.list({ customer, status: "all", limit: 100 }))
    found.push(subscription);
  return found;
}

/** The latest invoices, and those of each subscription where packs have pushed them further back. */
async function withOwnInvoices(
  latest: Stripe.ApiList<Stripe.Invoice>,
  subscriptions: Stripe.Subscription[],
): Promise<Stripe.Invoice[]> {
  if (!latest.has_more) return latest.data;
  const own = await Promise.all(
    subscriptions.map(({ id }) => stripe().invoices.list({ subscription: id, limit: MOST })),
  );
  const all = [...latest.data, ...own.flatMap(({ data }) => data)];
  return [...new Map(all.map((invoice) => [invoice.id, invoice])).values()];
}

const NO_ORDERS: AllowanceOrders = { grants: [], returned: [], voids: [], withdrawn: [] };
const toVoidRow = ({ source, sourceId, key }: VoidOrder) => ({ source, source_id: sourceId, key });

/** Adds what the plan lacks and plans what follows. A price that is sold no longer is told of, and keeps nothing else waiting. */
async function completeContract(mirrored: ReadSubscription): Promise<void> {
  try {
    await addMeteredItem(mirrored);
    await planWhatSurvives(mirrored);
  } catch (error) {
    if (!(error instanceof PriceMissing)) throw error;
    await raiseAlert({ kind: "unknown_price", key: error.lookupKey, data: missingPriceData(error) });
  }
}

/**
 * Fetches a customer's subscriptions and latest invoices from Stripe and writes them, with all that follows, in one
 * transaction: snapshots, allowance, the dunning case, mail. What an event claims plays no part, so that duplicates
 * and disorder change nothing. Several live subscriptions: the oldest we made counts, the others change nothing, and
 * one bought twice by accident is refunded. A trial that is not the first is ended, and a plan that lacks its metered
 * item gets it. What a deleted customer had counts only until a newer customer has a plan.
 * @param lease the customer's lease, so that nothing fetched too early is written late
 * @returns false if the customer is none of ours
 * @throws Error if Stripe or the database cannot answer, or the lease was lost; the caller tries again
 */
export async function syncSubscription({ customer, lease }: { customer: string; lease: string }): Promise<boolean> {
  const { account_id: account, is_former: isFormer } = await rpc<{ account_id: string | null; is_former: boolean }>(
    "find_customer_account",
    { customer_id: customer, livemode: isLivemode() },
  );
  if (!account) return false;
  const at = now();
  const [raw, latest, standing] = await Promise.all([
    listSubscriptions(customer),
    stripe().invoices.list({ customer, limit: MOST }),
    readStanding(accountId(account)),
  ]);
  const invoices = await withOwnInvoices(latest, raw);
  const subscriptions = await Promise.all(raw.map((subscription) => readSubscription(subscription, invoices)));
  const before = standing.subscription?.id ?? null;
  const isOvertaken = isFormer && before !== null && !raw.some(({ id }) => id === before);
  const mirrored = isOvertaken ? null : mirroredOf(subscriptions, account, before);
  if (mirrored && (await refuseUsedTrial(mirrored, account))) return syncSubscription({ customer, lease });
  const paidThrough = mirrored && paidThroughOf(mirrored);
  const dunning = await dunningOrders(
    { account, customer, isFormer, subscription: mirrored, invoices, standing, paidThrough },
    at,
  );
  const { grants, returned, voids, withdrawn } = mirrored
    ? allowanceOrders(mirrored, account, standing, dunning.stage, at)
    : NO_ORDERS;
  const stuck = isFormer ? [] : invoices.filter(isStuck);
  const saved = [...invoices, ...dunning.found].filter((invoice) => invoice.id);
  const answer = await rpc<{ ok: boolean; code: string; conflicts?: string[] }>("save_subscription", {
    customer_id: customer,
    lease,
    subscriptions: subscriptions.map((subscription) => toSubscriptionRow(subscription, subscription === mirrored)),
    invoices: await Promise.all(saved.map(toInvoiceRow)),
    grants: grants.map(toGrantRow),
    returns: returned,
    voids: voids.map(toVoidRow),
    dunning: dunning.row(withdrawn.map(toVoidRow)),
    mails: [
      ...(mirrored ? [...mailsOf(mirrored), ...changeMails(mirrored, standing, dunning.stage, at)] : []),
      ...stuck.flatMap(stuckMail),
    ],
    alerts: isFormer ? [] : alertsOf({ account, subscriptions, mirrored, invoices, stage: dunning.stage, at }),
    at,
  });
  if (!answer.ok) throw new Error(`The subscriptions of ${customer} were not saved: ${answer.code}`);
  for (const grant of answer.conflicts ?? [])
    console.error(`The grant ${grant} keeps what it first gave; plans.ts says something else now.`);
  await endSecondSubscriptions(subscriptions, mirrored, account);
  if (mirrored && !standing.subscription?.endingRequestedAt) await completeContract(mirrored);
  if (mirrored) await grantFreeMonth(accountId(account));
  return true;
}
