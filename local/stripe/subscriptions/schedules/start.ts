import type Stripe from "stripe";
import { invalid, missingParam } from "../../core/error.ts";
import { mergeMetadata } from "../../core/metadata.ts";
import type { Params } from "../../core/objects.ts";
import { type Context, leftOut } from "../../core/resource.ts";
import { startSubscription } from "../create.ts";
import type { Subscription } from "../items.ts";
import { choiceOf } from "./enter-phase.ts";
import { phaseOf, readPhases, refuseOtherTrials } from "./phases.ts";
import { endOf, type Phase, phaseAt, type Schedule, scheduleNextPhase } from "./schedule.ts";

type Create = Params<Stripe.SubscriptionScheduleCreateParams>;

const leftOutOfSettings = [
  "application_fee_percent",
  "automatic_tax",
  "billing_cycle_anchor",
  "billing_thresholds",
  "collection_method",
  "invoice_settings",
  "on_behalf_of",
  "transfer_data",
];

/**
 * Makes a schedule: around a subscription that is there, or of phases that start one now or later.
 * @throws 400 for other parameters beside `from_subscription`, and for a subscription that has ended or is scheduled.
 */
export function createSchedule(params: Create, context: Context): Schedule {
  leftOut(params, ["customer_account", "pause_schedules"]);
  if (params.billing_mode?.type === "classic") leftOut(params, ["billing_mode"]);
  return params.from_subscription
    ? aroundSubscription(params.from_subscription, params, context)
    : ofPhases(params, context);
}

function aroundSubscription(id: string, params: Create, context: Context): Schedule {
  const others = Object.keys(params).filter((name) => name !== "from_subscription" && name !== "billing_mode");
  if (others.length > 0) {
    throw invalid(`You cannot set \`${others[0]}\` if \`from_subscription\` is set.`, others[0]);
  }
  const subscription = context.find("subscription", id, "from_subscription");
  if (subscription.schedule) {
    throw invalid(
      `You cannot migrate a subscription that is already attached to a schedule: \`${subscription.schedule}\`.`,
      "from_subscription",
    );
  }
  if (!["active", "trialing", "past_due", "unpaid"].includes(subscription.status)) {
    throw invalid(
      `You cannot migrate a subscription that is in the \`${subscription.status}\` status.`,
      "from_subscription",
    );
  }
  const phase = phaseOf(subscription);
  const schedule = buildSchedule(
    {
      customer: subscription.customer,
      phases: [phase],
      status: "active",
      subscription: subscription.id,
      current_phase: { start_date: phase.start_date, end_date: phase.end_date },
      end_behavior: subscription.cancel_at === null ? "release" : "cancel",
      default_settings: settingsOf(subscription),
    },
    context,
  );
  context.emit("subscription_schedule.created", schedule);
  context.update<Subscription>("customer.subscription.updated", { ...subscription, schedule: schedule.id });
  return schedule;
}

function ofPhases(params: Create, context: Context): Schedule {
  if (!params.customer) throw missingParam("customer");
  if (!params.phases) throw missingParam("phases");
  const customer = context.find("customer", params.customer, "customer");
  const now = context.now();
  const start = params.start_date === "now" ? now : params.start_date;
  if (start !== undefined && start < now) {
    throw invalid("The local Stripe double leaves out a `start_date` in the past.", "start_date");
  }
  leftOut(params.default_settings ?? {}, leftOutOfSettings);
  const phases = readPhases(params.phases, start, undefined, context);
  refuseOtherTrials(phases, null);
  const waiting = buildSchedule(
    {
      customer: customer.id,
      phases,
      status: "not_started",
      end_behavior: params.end_behavior ?? "release",
      metadata: mergeMetadata(null, params.metadata),
      default_settings: {
        ...plainSettings,
        default_payment_method: params.default_settings?.default_payment_method ?? null,
        description: params.default_settings?.description || null,
      },
    },
    context,
  );
  context.emit("subscription_schedule.created", waiting);
  return startIfDue(waiting, context);
}

/** Starts the subscription of a schedule whose first phase has begun. */
export function startIfDue(schedule: Schedule, context: Context): Schedule {
  const phase = phaseAt(schedule.phases, context.now());
  if (schedule.status !== "not_started" || !phase) return schedule;
  const { subscription } = startSubscription(
    {
      customer: String(schedule.customer),
      currency: phase.currency,
      items: phase.items.map(({ price, quantity, metadata }) => {
        return { price, quantity, metadata: mergeMetadata(null, metadata ?? undefined) };
      }),
      discounts: phase.discounts.map(choiceOf),
      paymentBehavior: "allow_incomplete",
      mayLackPaymentMethod: true,
      cancelAt: schedule.end_behavior === "cancel" ? endOf(schedule) : undefined,
      fields: {
        schedule: schedule.id,
        metadata: mergeMetadata(null, phase.metadata ?? undefined),
        description: phase.description ?? schedule.default_settings.description,
        collection_method:
          phase.collection_method ?? schedule.default_settings.collection_method ?? "charge_automatically",
        default_payment_method: phase.default_payment_method ?? schedule.default_settings.default_payment_method,
        ...(phase.automatic_tax && { automatic_tax: phase.automatic_tax }),
      },
    },
    context,
  );
  const started = context.update<Schedule>("subscription_schedule.updated", {
    ...schedule,
    status: "active",
    subscription: subscription.id,
    current_phase: { start_date: phase.start_date, end_date: phase.end_date },
  });
  scheduleNextPhase(started, context);
  return started;
}

function buildSchedule(fields: Partial<Schedule> & { phases: Phase[] }, context: Context): Schedule {
  const schedule = context.save(
    context.build("subscription_schedule", {
      id: context.newId("sub_sched"),
      billing_mode: { type: "flexible", flexible: { proration_discounts: "included" } },
      current_phase: null,
      metadata: {},
      pause_schedules: [],
      ...fields,
    }),
  );
  scheduleNextPhase(schedule, context);
  return schedule;
}

const plainSettings: Schedule["default_settings"] = {
  application_fee_percent: null,
  automatic_tax: { disabled_reason: null, enabled: false, liability: null },
  billing_cycle_anchor: "automatic",
  billing_thresholds: null,
  collection_method: "charge_automatically",
  default_payment_method: null,
  description: null,
  invoice_settings: {
    account_tax_ids: null,
    custom_fields: null,
    days_until_due: null,
    description: null,
    footer: null,
    issuer: { type: "self" },
  },
  on_behalf_of: null,
  transfer_data: null,
};

function settingsOf(subscription: Subscription): Schedule["default_settings"] {
  return {
    ...plainSettings,
    automatic_tax: subscription.automatic_tax,
    collection_method: subscription.collection_method,
    default_payment_method: subscription.default_payment_method,
    description: subscription.description,
  };
}
