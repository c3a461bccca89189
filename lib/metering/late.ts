import { workThrough } from "@/lib/batch";
import { pushedOutUntil } from "@/lib/billing/draft-hour";
import { centsAt, LEAST_INVOICE_CENTS, lateUsage, type MeterStanding } from "@/lib/billing/metering";
import { now } from "@/lib/clock";
import { isLivemode } from "@/lib/stripe/client";
import { billUsageItem, overageRate, pushOut, usageDrafts } from "@/lib/stripe/usage-invoices";
import { rpc } from "@/lib/supabase/rpc";

const MOST = 500;
const MOST_REMAINDERS = 3;

interface StaleUsage {
  readonly account_id: string;
  readonly rows: string[];
  readonly standing: MeterStanding;
}

interface Remainder {
  readonly remainder_id: string | null;
  readonly credits: number;
  readonly from_at: string;
  readonly to_at: string;
  readonly customer_id: string | null;
  readonly subscription_id: string | null;
}

/** Bills one remainder, or writes it off when it is worth less than an invoice. */
async function billOne(
  account: string,
  remainder: Remainder & { remainder_id: string },
  onOwnInvoice: boolean,
): Promise<void> {
  const { remainder_id: id, credits, customer_id: customer, subscription_id: subscription } = remainder;
  const finish = (item: string | null, invoice: string | null, reason: string | null) =>
    rpc("finish_usage_remainder", { remainder_id: id, invoice_item_id: item, invoice_id: invoice, reason, at: now() });
  if (credits <= 0) {
    await finish(null, null, "there is nothing to bill");
    return;
  }
  if (!customer || !subscription)
    throw new Error(`The account ${account} has ${credits} credits to bill and no subscription.`);
  const rate = await overageRate(subscription);
  if (!rate)
    throw new Error(
      `The overage of ${subscription} has no single price; bill ${credits} credits of ${account} by hand.`,
    );
  const cents = centsAt(credits, rate.perCredit);
  if (cents < LEAST_INVOICE_CENTS && onOwnInvoice) {
    await finish(null, null, `${cents} ${rate.currency} cents are less than an invoice is made for`);
    return;
  }
  const billed = await billUsageItem(
    {
      remainder: id,
      customer,
      subscription,
      credits,
      cents,
      currency: rate.currency,
      from: new Date(remainder.from_at),
      to: new Date(remainder.to_at),
    },
    onOwnInvoice,
  );
  await finish(billed.item, billed.invoice, null);
}

/**
 * Bills rows by an invoice item, once however often it is asked, or writes them off when they are worth less than an
 * invoice. What an earlier call has begun is finished first.
 * @param onOwnInvoice true when no further invoice of the subscription will come
 * @param subscription whose prices count; the one that counts for the account unless told
 * @throws Error if the price is not a single one, or Stripe cannot answer; asked again it goes on where it stopped
 */
export async function billByItem(
  account: string,
  rowIds: string[],
  onOwnInvoice: boolean,
  subscription?: string,
): Promise<void> {
  for (let count = 0; count < MOST_REMAINDERS; count += 1) {
    const claim = { account_id: account, livemode: isLivemode(), row_ids: rowIds, at: now() };
    const remainder = await rpc<Remainder>("claim_usage_remainder", claim);
    if (!remainder.remainder_id) return;
    const priced = { ...remainder, ...(subscription ? { subscription_id: subscription } : {}) };
    await billOne(account, { ...priced, remainder_id: remainder.remainder_id }, onOwnInvoice);
  }
}

/**
 * Brings usage that missed its period into the running one, or onto an invoice of its own when the plan has ended.
 * @param only this account's; all without
 */
export async function moveLateUsage(only: string | null = null): Promise<number> {
  const claim = { livemode: isLivemode(), only_account: only, most: MOST, at: now() };
  const stale = await rpc<StaleUsage[]>("claim_stale_usage", claim);
  await workThrough(stale, async ({ account_id: account, standing, rows }) => {
    const fate = lateUsage(standing);
    if (fate === "rebase") {
      await rpc("rebase_usage", { account_id: account, at: now() });
      await billByItem(account, [], false);
    }
    if (fate === "invoice_item") await billByItem(account, rows, true);
  });
  return stale.length;
}

/** Keeps drafts from becoming final, once and by a day at most, while usage of their period has not arrived. */
export async function awaitLateUsage(): Promise<void> {
  const customers = await rpc<string[]>("read_late_customers", { livemode: isLivemode(), at: now() });
  await workThrough(customers, async (customer) => {
    for (const draft of await usageDrafts(customer)) {
      const until = pushedOutUntil(draft, now());
      if (until) await pushOut(draft, until);
    }
  });
}
