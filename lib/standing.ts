import type { SupabaseClient } from "@supabase/supabase-js";
import { z } from "zod";
import type { EnterpriseTerms } from "@/lib/billing/enterprise";
import { type Standing, type StandingSubscription, SUBSCRIPTION_STATUSES } from "@/lib/billing/standing";
import { type AccountId, cents, credits } from "@/lib/billing/units";
import { isLivemode } from "@/lib/stripe/client";
import { rpc } from "@/lib/supabase/rpc";

const time = z.coerce.date();
const plan = z.enum(["free", "payg", "starter", "pro", "enterprise"]);

const termsRow = z.object({
  monthly_allowance: z.number(),
  overage_tiers: z.array(z.object({ up_to_credits: z.number().nullable(), cents_per_1000: z.number() })),
  credit_limit_cents: z.number(),
  open_invoices_cents: z.number(),
  net_days: z.number(),
  warn_after_days: z.number(),
  downgrade_after_days: z.number(),
  suspend_after_days: z.number(),
  auto_top_up: z.boolean(),
});

const subscriptionRow = z.object({
  subscription_id: z.string(),
  status: z.enum([...SUBSCRIPTION_STATUSES, "unknown"]),
  last_known_status: z.enum(SUBSCRIPTION_STATUSES).nullable(),
  unknown_since: time.nullable(),
  plan_key: plan.nullable().catch(null),
  plan_version: z.number().nullable(),
  last_known_plan_key: plan.nullable().catch(null),
  billing_interval: z.enum(["monthly", "yearly"]).nullable(),
  period_start_at: time,
  period_end_at: time,
  trial_end_at: time.nullable(),
  cancel_at: time.nullable(),
  collection_paused: z.boolean(),
  has_metered_item: z.boolean(),
  overage_plan_key: plan.nullable().catch(null),
  overage_plan_version: z.number().nullable(),
  ever_paid: z.boolean(),
  paid_through_at: time.nullable(),
  pay_url: z.string().nullable(),
  trial_has_card: z.boolean().nullable(),
  scheduled_plan_key: plan.nullable(),
  scheduled_plan_version: z.number().nullable(),
  scheduled_interval: z.enum(["monthly", "yearly"]).nullable(),
  scheduled_at: time.nullable(),
  ending_requested_at: time.nullable(),
  pending_plan_key: plan.nullable(),
  pending_until: time.nullable(),
});

const standingRow = z.object({
  account_kind: z.enum(["personal", "team"]),
  hold: z.enum(["admin", "fraud"]).nullable(),
  open_dispute: z.boolean(),
  subscription_id: z.string().nullable(),
  other_live_subscriptions: z.number(),
  dunning_stage: z.enum(["retrying", "warned", "downgraded", "suspended"]).nullable(),
  dunning_opened_at: time.nullable(),
  overage_held: z.boolean(),
  ended_unpaid: z.boolean().nullable(),
  terms: termsRow.nullable(),
  debt: z.number(),
  overage_cap: z.number().nullable(),
  last_paid_overage: z.number(),
  unpaid_overage: z.number(),
  trial_refused_at: time.nullable(),
});

function toTerms(row: z.infer<typeof termsRow>): EnterpriseTerms {
  return {
    monthlyAllowance: credits(row.monthly_allowance),
    overageTiers: row.overage_tiers.map((tier) => ({
      upToCredits: tier.up_to_credits === null ? null : credits(tier.up_to_credits),
      centsPer1000: tier.cents_per_1000,
    })),
    creditLimitCents: cents(row.credit_limit_cents),
    openInvoicesCents: cents(row.open_invoices_cents),
    netDays: row.net_days,
    dunning: {
      warnAfterDays: row.warn_after_days,
      downgradeAfterDays: row.downgrade_after_days,
      suspendAfterDays: row.suspend_after_days,
    },
    autoTopUp: row.auto_top_up,
  };
}

type SubscriptionRow = z.infer<typeof subscriptionRow>;

function toScheduled(row: SubscriptionRow): StandingSubscription["scheduled"] {
  const { scheduled_plan_key: key, scheduled_plan_version: version, scheduled_interval: interval } = row;
  if (!key || version === null || !interval || !row.scheduled_at) return null;
  return { plan: key, version, interval, at: row.scheduled_at };
}

function toSubscription(row: SubscriptionRow): StandingSubscription {
  return {
    id: row.subscription_id,
    status: row.status,
    lastKnownStatus: row.last_known_status,
    unknownSince: row.unknown_since,
    plan: row.plan_key,
    planVersion: row.plan_version,
    lastKnownPlan: row.last_known_plan_key,
    interval: row.billing_interval ?? "monthly",
    periodStart: row.period_start_at,
    periodEnd: row.period_end_at,
    trialEnd: row.trial_end_at,
    cancelAt: row.cancel_at,
    collectionPaused: row.collection_paused,
    meteredItem: row.has_metered_item,
    overagePlan:
      row.overage_plan_key && row.overage_plan_version !== null
        ? { plan: row.overage_plan_key, version: row.overage_plan_version }
        : null,
    everPaid: row.ever_paid,
    paidThrough: row.paid_through_at,
    payUrl: row.pay_url,
    trialHasCard: row.trial_has_card ?? true,
    scheduled: toScheduled(row),
    endingRequestedAt: row.ending_requested_at,
    pending: row.pending_until && {
      plan: row.pending_plan_key,
      until: row.pending_until,
      payUrl: row.pay_url,
    },
  };
}

/** Translates a row of the view account_standing. */
export function toStanding(raw: unknown): Standing {
  const row = standingRow.parse(raw);
  return {
    accountKind: row.account_kind,
    hold: row.hold,
    openDispute: row.open_dispute,
    subscription: row.subscription_id === null ? null : toSubscription(subscriptionRow.parse(raw)),
    otherLiveSubscriptions: row.other_live_subscriptions,
    dunning:
      row.dunning_stage && row.dunning_opened_at ? { stage: row.dunning_stage, openedAt: row.dunning_opened_at } : null,
    overageHeld: row.overage_held,
    endedUnpaid: row.ended_unpaid ?? false,
    terms: row.terms && toTerms(row.terms),
    debt: credits(row.debt),
    overageCap: row.overage_cap === null ? null : credits(row.overage_cap),
    lastPaidOverage: credits(row.last_paid_overage),
    unpaidOverage: credits(row.unpaid_overage),
    trialRefusedAt: row.trial_refused_at,
  };
}

/**
 * What several features must know about an account in the mode of our key, with the service's rights; `entitlementFor` says what follows.
 * @throws Error if there is no such account; RpcError if the database cannot answer
 */
export async function readStanding(account: AccountId): Promise<Standing> {
  const row = await rpc<unknown>("read_standing", { account_id: account, livemode: isLivemode() });
  if (row === null) throw new Error(`There is no account ${account}`);
  return toStanding(row);
}

/**
 * The same for a page, under the row level security of whoever is signed in.
 * @throws Error if the person does not belong to the account, or the database cannot answer
 */
export async function readMyStanding(client: SupabaseClient, account: AccountId): Promise<Standing> {
  const { data, error } = await client
    .from("account_standing")
    .select()
    .eq("account_id", account)
    .eq("livemode", isLivemode())
    .maybeSingle();
  if (error) throw new Error(`The standing of an account could not be read: ${error.message}`);
  if (!data) throw new Error(`There is no account ${account} for this person`);
  return toStanding(data);
}
