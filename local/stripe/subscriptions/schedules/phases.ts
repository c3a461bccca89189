import type Stripe from "stripe";
import { invalid } from "../../core/error.ts";
import { mergeMetadata } from "../../core/metadata.ts";
import type { Params } from "../../core/objects.ts";
import { type Context, leftOut } from "../../core/resource.ts";
import { recurrenceOf, type Subscription, subscribablePrice } from "../items.ts";
import { addIntervals, type Interval } from "../periods.ts";
import { keepSchedule, type Phase, scheduleOf } from "./schedule.ts";

export type PhaseParams = NonNullable<Params<Stripe.SubscriptionScheduleUpdateParams>["phases"]>[number];

const mostPhases = 10;
const mostItems = 20;
const leftOutOfPhases = [
  "add_invoice_items",
  "application_fee_percent",
  "billing_thresholds",
  "default_tax_rates",
  "invoice_settings",
  "on_behalf_of",
  "transfer_data",
  "trial",
];
const leftOutOfItems = ["billing_thresholds", "discounts", "plan", "price_data", "tax_rates", "trial_offer"];

/**
 * Reads the phases of a request into those of a schedule: each begins where the one before it ends, and lasts until its
 * `end_date`, for its `duration`, or one interval of its first price.
 * @param start when the first phase begins if it does not say so itself.
 * @throws 400 for gaps, phases that end before they begin, more than 10 to come, items Stripe refuses.
 */
export function readPhases(
  sent: PhaseParams[],
  start: number | undefined,
  currency: string | undefined,
  context: Context,
): Phase[] {
  if (sent.length === 0) throw invalid("A subscription schedule needs at least one phase.", "phases");
  const phases: Phase[] = [];
  for (const [index, params] of sent.entries()) {
    const at = `phases[${index}]`;
    const begins = startOf(params, phases.at(-1)?.end_date ?? start, index, context);
    phases.push(readPhase(params, begins, currency ?? phases[0]?.currency, at, context));
  }
  const open = phases.filter(({ end_date }) => end_date > context.now());
  if (open.length > mostPhases) {
    throw invalid(`A subscription schedule can have at most ${mostPhases} current and future phases.`, "phases");
  }
  return phases;
}

function startOf(params: PhaseParams, expected: number | undefined, index: number, context: Context): number {
  const sent = params.start_date === "now" ? context.now() : params.start_date;
  const start = sent ?? expected;
  if (start === undefined) {
    throw invalid(
      "You must specify a `start_date` on the first phase.",
      `phases[${index}][start_date]`,
      "parameter_missing",
    );
  }
  if (index > 0 && sent !== undefined && sent !== expected) {
    throw invalid(
      "The start date of each phase must equal the end date of the phase before it.",
      `phases[${index}][start_date]`,
    );
  }
  return start;
}

function readPhase(
  params: PhaseParams,
  start: number,
  currency: string | undefined,
  at: string,
  context: Context,
): Phase {
  leftOut(params, leftOutOfPhases);
  if (params.collection_method === "send_invoice") leftOut(params, ["collection_method"]);
  if (params.duration && params.end_date !== undefined) {
    throw invalid("You may only specify one of these parameters: duration, end_date.", `${at}[duration]`);
  }
  if (params.items.length === 0) throw invalid("A phase needs at least one item.", `${at}[items]`);
  if (params.items.length > mostItems) throw invalid(`A phase can have at most ${mostItems} items.`, `${at}[items]`);
  const first = context.find("price", params.items[0]?.price ?? "", `${at}[items][0][price]`);
  const inCurrency = params.currency ?? currency ?? first.currency;
  const items = params.items.map((item, index) => readItem(item, inCurrency, `${at}[items][${index}]`, context));
  if (new Set(items.map(({ price }) => price)).size < items.length) {
    throw invalid("A price was specified more than once in `items`. A phase can have each price once.", `${at}[items]`);
  }
  const end = endOfPhase(params, start, context);
  if (end <= start) throw invalid("The end date of a phase must be after its start date.", `${at}[end_date]`);
  return {
    ...emptyPhase,
    start_date: start,
    end_date: end,
    currency: inCurrency,
    items,
    billing_cycle_anchor: params.billing_cycle_anchor ?? null,
    collection_method: params.collection_method ?? null,
    default_payment_method: params.default_payment_method ?? null,
    description: params.description || null,
    discounts: (params.discounts || []).map(({ coupon = null, discount = null, promotion_code = null }) => {
      return { coupon, discount, promotion_code };
    }),
    metadata: mergeMetadata(null, params.metadata),
    proration_behavior: params.proration_behavior ?? "create_prorations",
    trial_end: typeof params.trial_end === "number" ? params.trial_end : null,
    ...(params.automatic_tax && {
      automatic_tax: {
        disabled_reason: null,
        enabled: params.automatic_tax.enabled,
        liability: params.automatic_tax.enabled ? { type: "self" } : null,
      },
    }),
  };
}

function readItem(
  item: PhaseParams["items"][number],
  currency: string,
  at: string,
  context: Context,
): Phase["items"][number] {
  leftOut(item, leftOutOfItems);
  if (!item.price) throw invalid("Missing required param: price.", `${at}[price]`, "parameter_missing");
  const price = subscribablePrice({ price: item.price, quantity: item.quantity }, currency, at, context);
  return {
    billing_thresholds: null,
    discounts: [],
    metadata: mergeMetadata(null, item.metadata),
    plan: price.id,
    price: price.id,
    ...(price.recurring?.usage_type === "metered" ? {} : { quantity: item.quantity ?? 1 }),
  };
}

function endOfPhase(params: PhaseParams, start: number, context: Context): number {
  if (params.end_date === "now") return context.now();
  if (params.end_date !== undefined) return params.end_date;
  const { duration } = params;
  if (duration) {
    const interval = duration.interval as Interval;
    return addIntervals(start, { interval, interval_count: duration.interval_count ?? 1 }, 1);
  }
  return addIntervals(start, recurrenceOf(context.find("price", params.items[0]?.price ?? "")), 1);
}

const emptyPhase = {
  add_invoice_items: [],
  application_fee_percent: null,
  billing_thresholds: null,
  invoice_settings: null,
  on_behalf_of: null,
  transfer_data: null,
};

/** A trial is the subscription's own affair: a phase may only repeat when it ends. @throws 400 for any other end. */
export function refuseOtherTrials(phases: Phase[], trialEnd: number | null): void {
  const index = phases.findIndex(({ trial_end }) => trial_end !== null && trial_end !== trialEnd);
  if (index < 0) return;
  throw invalid("The local Stripe double leaves out the parameter trial_end.", `phases[${index}][trial_end]`);
}

/** The one phase of a schedule made from a subscription: what it is now, until its longest period ends. */
export function phaseOf(subscription: Subscription): Phase {
  const items = subscription.items.data;
  const ends = items.map((item) => item.current_period_end);
  return {
    ...emptyPhase,
    start_date: Math.min(...items.map((item) => item.current_period_start)),
    end_date: subscription.cancel_at ?? Math.max(...ends),
    currency: subscription.currency,
    automatic_tax: subscription.automatic_tax,
    billing_cycle_anchor: null,
    collection_method: subscription.collection_method,
    default_payment_method: subscription.default_payment_method,
    description: subscription.description,
    discounts: subscription.discounts.map((discount) => ({ coupon: null, discount, promotion_code: null })),
    items: itemsOf(subscription),
    metadata: subscription.metadata,
    proration_behavior: "create_prorations",
    trial_end: subscription.status === "trialing" ? subscription.trial_end : null,
  };
}

/** Writes items that were changed on the subscription itself into the current phase of its schedule. */
export function noteItems(subscription: Subscription, context: Context): void {
  const schedule = scheduleOf(subscription, context);
  if (!schedule?.current_phase) return;
  const current = schedule.current_phase.start_date;
  const phases = schedule.phases.map((phase) =>
    phase.start_date === current ? { ...phase, items: itemsOf(subscription) } : phase,
  );
  keepSchedule({ ...schedule, phases }, context);
}

/** The items of a subscription as a phase lists them. */
function itemsOf(subscription: Subscription): Phase["items"] {
  return subscription.items.data.map((item) => ({
    billing_thresholds: null,
    discounts: [],
    metadata: item.metadata,
    plan: item.price.id,
    price: item.price.id,
    ...(item.quantity === undefined ? {} : { quantity: item.quantity }),
  }));
}
