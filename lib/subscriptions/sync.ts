import type Stripe from "stripe";
import { toGrantRow, type VoidOrder } from "@/lib/billing/grants";
import { accountId } from "@/lib/billing/units";
import { now } from "@/lib/clock";
import { isLivemode, stripe } from "@/lib/stripe/client";
import { toInvoiceRow } from "@/lib/stripe/invoices";
import { rpc } from "@/lib/supabase/rpc";
import { allowanceOrders } from "./allowance";
import { grantFreeMonth } from "./free";
import { mailsOf } from "./mails";
import { endSecondSubscriptions } from "./second";
import { mirroredOf, readSubscription, toSubscriptionRow } from "./snapshot";
import { readStanding } from "./standing";
import { toUnpaidRow, unpaidInvoices } from "./unpaid";

const RECENT_INVOICES = 100;

async function listSubscriptions(customer: string): Promise<Stripe.Subscription[]> {
  const found: Stripe.Subscription[] = [];
  for await (const subscription of stripe().subscriptions.list({ customer, status: "all", limit: 100 }))
    found.push(subscription);
  return found;
}

const toVoidRow = ({ source, sourceId, key }: VoidOrder) => ({ source, source_id: sourceId, key });

/**
 * Fetches a customer's subscriptions and latest invoices from Stripe and writes them, with all that follows, in one
 * transaction: snapshots, allowance, the dunning case, mail. What an event claims plays no part, so that duplicates
 * and disorder change nothing. Several live subscriptions: the oldest we made counts, the others change nothing, and
 * one bought twice by accident is refunded.
 * @param lease the customer's lease, so that nothing fetched too early is written late
 * @returns false if the customer is none of ours
 * @throws Error if Stripe or the database cannot answer, or the lease was lost; the caller tries again
 */
export async function syncSubscription({ customer, lease }: { customer: string; lease: string }): Promise<boolean> {
  const { account_id: account } = await rpc<{ account_id: string | null }>("find_customer_account", {
    customer_id: customer,
    livemode: isLivemode(),
  });
  if (!account) return false;
  const at = now();
  const [raw, { data: invoices }, standing] = await Promise.all([
    listSubscriptions(customer),
    stripe().invoices.list({ customer, limit: RECENT_INVOICES }),
    readStanding(accountId(account)),
  ]);
  const subscriptions = await Promise.all(raw.map((subscription) => readSubscription(subscription, invoices)));
  const mirrored = mirroredOf(subscriptions, account, standing.subscription?.id ?? null);
  const orders = mirrored ? allowanceOrders(mirrored, account, standing, at) : { grants: [], voids: [] };
  const answer = await rpc<{ ok: boolean; code: string; conflicts?: string[] }>("save_subscription", {
    customer_id: customer,
    lease,
    subscriptions: subscriptions.map((subscription) => toSubscriptionRow(subscription, subscription === mirrored)),
    invoices: invoices.filter((invoice) => invoice.id).map(toInvoiceRow),
    grants: orders.grants.map(toGrantRow),
    voids: orders.voids.map(toVoidRow),
    unpaid: mirrored ? unpaidInvoices(mirrored).map(toUnpaidRow) : [],
    mails: mirrored ? mailsOf(mirrored) : [],
    at,
  });
  if (!answer.ok) throw new Error(`The subscriptions of ${customer} were not saved: ${answer.code}`);
  for (const grant of answer.conflicts ?? [])
    console.error(`The grant ${grant} keeps what it first gave; plans.ts says something else now.`);
  await endSecondSubscriptions(subscriptions, mirrored, account, at);
  if (mirrored) await grantFreeMonth(accountId(account));
  return true;
}
