import { type AllowanceMonth, bridgeOf, type Period, restOf, yearlyMonths } from "./allowance";
import type { Interval } from "./catalogue";
import { policy } from "./plans";

/** Credits to give, keyed by what they are given for; asking again gives nothing. */
export interface GrantOrder {
  readonly source: "pack" | "alw_bridge" | "alw_rest" | "trial" | "upg";
  readonly sourceId: string;
  readonly amount: number;
  readonly category: "included" | "paid" | "promotional";
  readonly priority: 10 | 20;
  readonly effectiveAt: Date | null;
  readonly expiresAt: Date | null;
  /** Without tax; null as long as nobody has paid. */
  readonly paidCents: number | null;
  readonly currency: string | null;
  readonly lowCreditPercent: number;
}

/** A grant whose remainder is cancelled, and why, once. */
export interface VoidOrder {
  readonly source: GrantOrder["source"];
  readonly sourceId: string;
  readonly key: string;
}

/** One period of a subscription's base price. */
export interface BasePeriod {
  readonly subscription: string;
  readonly interval: Interval;
  readonly monthlyAllowance: number;
  readonly period: Period;
}

const seconds = (date: Date) => Math.floor(date.getTime() / 1000);
const periodKey = ({ subscription, period }: Pick<BasePeriod, "subscription" | "period">) =>
  `${subscription}:${seconds(period.start)}`;
const included = { category: "included", priority: 10, lowCreditPercent: policy.lowCreditPercent } as const;
const unpaid = { paidCents: null, currency: null };

function monthsOf({ interval, period, monthlyAllowance }: BasePeriod): AllowanceMonth[] {
  if (interval === "yearly") return yearlyMonths(period, monthlyAllowance);
  return [{ month: 0, ...period, bridge: bridgeOf(monthlyAllowance), rest: restOf(monthlyAllowance) }];
}

const restKey = (base: BasePeriod, month: number) => (month === 0 ? periodKey(base) : `${periodKey(base)}:${month}`);

/** The keys of everything a period brings, paid or not: what a refund of its payment is about. */
export function grantKeys(base: Omit<BasePeriod, "monthlyAllowance">): Array<{ source: string; source_id: string }> {
  const whole = { ...base, monthlyAllowance: 0 };
  const rest = monthsOf(whole).map(({ month }) => ({ source: "alw_rest", source_id: restKey(whole, month) }));
  return [{ source: "alw_bridge", source_id: periodKey(base) }, ...rest];
}

/** Money that was paid, without tax. */
export interface Paid {
  readonly cents: number;
  readonly currency: string;
}

/**
 * What a period brings at its roll, before its invoice is paid.
 * @param paid the bridge's share of the money, once it is there
 */
export function bridgeGrant(base: BasePeriod, paid: Paid | null = null): GrantOrder[] {
  const [first] = monthsOf(base);
  if (!first || first.bridge === 0) return [];
  return [
    {
      ...included,
      paidCents: paid?.cents ?? null,
      currency: paid?.currency ?? null,
      source: "alw_bridge",
      sourceId: periodKey(base),
      amount: first.bridge,
      effectiveAt: null,
      expiresAt: first.end,
    },
  ];
}

/** Part of some money by credits, rounded down: what the rest then gets makes up the whole. */
const shareOf = (paid: Paid, credits: number, all: number): Paid => ({
  cents: Number((BigInt(paid.cents) * BigInt(credits)) / BigInt(all)),
  currency: paid.currency,
});

/** The money of each month that is given; the first carries what is left over, so that together they carry all of it. */
function moneyOf(months: AllowanceMonth[], given: AllowanceMonth[], paid: Paid): Map<number, Paid> {
  const share = Math.floor(paid.cents / Math.max(1, months.length));
  const first = paid.cents - share * (given.length - 1);
  return new Map(given.map(({ month }) => [month, { ...paid, cents: month === 0 ? first : share }]));
}

/**
 * What a period brings once it counts: the bridge if it is not there yet, and the rest; for a yearly period twelve
 * months, each beginning by itself. All its money is carried by the grants it brings: a year's is spread evenly over its
 * months, a month's over bridge and rest by their credits.
 * @param paid what was paid for the line, without tax; null on net terms until the invoice is paid
 * @param endedAt when the subscription ended; months that would begin later are not given
 */
export function paidGrants(base: BasePeriod, paid: Paid | null, endedAt: Date | null): GrantOrder[] {
  const months = monthsOf(base);
  const given = months.filter(
    ({ month, start, bridge, rest }) =>
      bridge + rest > 0 && (month === 0 || endedAt === null || start.getTime() < endedAt.getTime()),
  );
  const money = paid && moneyOf(months, given, paid);
  return given.flatMap((month): GrantOrder[] => {
    const whole = money?.get(month.month) ?? null;
    const bridged = whole && shareOf(whole, month.bridge, month.bridge + month.rest);
    const bridge = month.month === 0 ? bridgeGrant(base, bridged) : [];
    if (month.rest === 0) return bridge;
    const first = month.month === 0;
    const rest: GrantOrder = {
      ...included,
      source: "alw_rest",
      sourceId: restKey(base, month.month),
      amount: month.rest,
      effectiveAt: first ? null : month.start,
      expiresAt: month.end,
      paidCents: whole && bridged && whole.cents - bridged.cents,
      currency: whole?.currency ?? null,
    };
    return [...bridge, rest];
  });
}

/** Cancels what a period would still bring: months that begin after `from`, or with `all` everything of it. */
export function voidsOf(
  base: BasePeriod,
  from: Date,
  reason: "ended" | "unpaid" | "reanchored",
  all = false,
): VoidOrder[] {
  const months = monthsOf(base).filter((month) => all || (month.month > 0 && month.start >= from));
  const rest = months.map(({ month }) => ({ source: "alw_rest" as const, sourceId: restKey(base, month) }));
  const bridge = all ? [{ source: "alw_bridge" as const, sourceId: periodKey(base) }] : [];
  return [...bridge, ...rest].map((grant) => ({ ...grant, key: `${reason}:${grant.source}:${grant.sourceId}` }));
}

/** What a trial brings: its own allowance, once an account. */
export function trialGrant(account: string, trialEnd: Date, amount: number): GrantOrder[] {
  if (amount === 0) return [];
  return [
    {
      ...included,
      ...unpaid,
      category: "promotional",
      source: "trial",
      sourceId: account,
      amount,
      effectiveAt: null,
      expiresAt: trialEnd,
    },
  ];
}

/** What a bought pack brings, once for its checkout session, however it was paid and whatever it cost. */
export function packGrant(session: string, amount: number, paid: Paid, expiresAt: Date | null): GrantOrder {
  return {
    source: "pack",
    sourceId: session,
    amount,
    category: "paid",
    priority: 20,
    effectiveAt: null,
    expiresAt,
    paidCents: paid.cents,
    currency: paid.currency,
    lowCreditPercent: policy.lowCreditPercent,
  };
}

/** A grant as the committing functions of the database take it. */
export function toGrantRow(order: GrantOrder): Record<string, string | number | null> {
  return {
    source: order.source,
    source_id: order.sourceId,
    amount: order.amount,
    category: order.category,
    priority: order.priority,
    effective_at: order.effectiveAt?.toISOString() ?? null,
    expires_at: order.expiresAt?.toISOString() ?? null,
    paid_cents: order.paidCents,
    currency: order.currency,
    low_credit_percent: order.lowCreditPercent,
  };
}
