import type Stripe from "stripe";
import { invalid, missingParam } from "../core/error.ts";
import type { Params } from "../core/objects.ts";
import { type Context, leftOut, type Resource, route } from "../core/resource.ts";
import { redeemDiscounts } from "../invoices/discounts.ts";
import type { Invoice } from "../invoices/draft.ts";
import { billOf } from "./bill-change.ts";
import { previewBill } from "./billing.ts";
import { planChange } from "./change.ts";
import { previewFirst } from "./create.ts";
import { lastBill } from "./end.ts";
import type { Subscription } from "./items.ts";
import { plannedEnd } from "./planned-end.ts";
import { changeSchedule } from "./schedules/change-schedule.ts";
import type { PhaseParams } from "./schedules/phases.ts";
import { nextEnd, nothingUpcoming, previewRecurring, previewRenewal } from "./upcoming.ts";

type Preview = Params<Stripe.InvoiceCreatePreviewParams>;
type Details = NonNullable<Preview["subscription_details"]>;

const leftOutOfPreviews = [
  "automatic_tax",
  "customer_account",
  "customer_details",
  "invoice_items",
  "issuer",
  "on_behalf_of",
];
const leftOutOfDetails = ["billing_schedules", "default_tax_rates", "pause", "resume_at", "start_date"];

/** Previews: the invoice that comes next, as things stand or after a change that is only looked at. */
export const invoicePreviews: Resource = {
  routes: [
    route<Preview>({
      method: "POST",
      path: "/v1/invoices/create_preview",
      params: "InvoiceCreatePreviewParams",
      handle({ params }, context) {
        try {
          return previewOf(params, context);
        } finally {
          context.store.rollback();
        }
      },
    }),
  ],
  tasks: { "subscription.upcoming": tellUpcoming },
};

/** Tells of the next invoice of a subscription as it will be if nothing changes. */
function tellUpcoming({ subscription: id }: Record<string, unknown>, context: Context): void {
  const subscription = context.store.objects("subscription").get(String(id));
  if (!subscription || subscription.ended_at !== null) return;
  context.emit("invoice.upcoming", previewRenewal(subscription, [], context));
}

function previewOf(params: Preview, context: Context): Invoice {
  leftOut(params, leftOutOfPreviews);
  const details = params.subscription_details ?? {};
  leftOut(details, leftOutOfDetails);
  checkDetails(params, details);
  if (params.schedule || params.schedule_details) return previewSchedule(params, context);
  if (!params.subscription && details.items) return previewNew(params, details, context);
  const subscription = withDiscounts(subscriptionOf(params, context), params.discounts, context);
  return previewChange(subscription, details, params.preview_mode === "recurring", context);
}

/** The next invoice of a schedule as it is, or as a change of it would make it. */
function previewSchedule(params: Preview, context: Context): Invoice {
  if (params.subscription || params.subscription_details) {
    throw invalid("You cannot use `schedule` or `schedule_details` with `subscription` fields.", "schedule");
  }
  if (!params.schedule) leftOut(params, ["schedule_details"]);
  const { phases, end_behavior, proration_behavior } = params.schedule_details ?? {};
  const schedule = changeSchedule(
    context.find("subscription_schedule", params.schedule ?? "", "schedule"),
    { ...(phases && { phases: phases as PhaseParams[] }), ...(end_behavior && { end_behavior }), proration_behavior },
    context,
  );
  if (!schedule.subscription) throw nothingUpcoming(String(schedule.customer));
  return previewRenewal(context.find("subscription", schedule.subscription), [], context);
}

function checkDetails(params: Preview, details: Details): void {
  if (details.proration_date === undefined) return;
  if (!params.subscription || (!details.items && details.trial_end === undefined)) {
    throw invalid(
      "When `subscription_details.proration_date` is set, `subscription` and one of `subscription_details.items` or `subscription_details.trial_end` are required.",
      "subscription_details[proration_date]",
    );
  }
  if (details.proration_behavior === "none") {
    throw invalid(
      "You cannot set `subscription_details.proration_behavior` to `none` together with `subscription_details.proration_date`.",
      "subscription_details[proration_behavior]",
    );
  }
}

function subscriptionOf(params: Preview, context: Context): Subscription {
  if (params.subscription) return context.find("subscription", params.subscription, "subscription");
  if (!params.customer) throw missingParam("customer");
  const customer = context.find("customer", params.customer, "customer").id;
  const live = context.store.objects("subscription").list((row) => row.customer === customer && row.ended_at === null);
  const [next] = live.sort((a, b) => nextEnd(a) - nextEnd(b));
  if (!next) throw nothingUpcoming(customer);
  return next;
}

function withDiscounts(subscription: Subscription, sent: Preview["discounts"], context: Context): Subscription {
  if (sent === undefined) return subscription;
  const owner = { customer: subscription.customer, subscription: subscription.id };
  return { ...subscription, discounts: redeemDiscounts(sent || [], owner, context) };
}

/** The invoice a new subscription would begin with. */
function previewNew(params: Preview, details: Details, context: Context): Invoice {
  if (!params.customer) throw missingParam("customer");
  const items = (details.items ?? []).map((item, index) => {
    if (item.price) return { price: item.price, quantity: item.quantity };
    throw invalid(
      "Missing required param: price.",
      `subscription_details[items][${index}][price]`,
      "parameter_missing",
    );
  });
  const first = context.find("price", items[0]?.price ?? "", "subscription_details[items][0][price]");
  const wanted = {
    customer: params.customer,
    currency: params.currency ?? first.currency,
    items,
    trialEnd: typeof details.trial_end === "number" ? details.trial_end : undefined,
    discounts: params.discounts || [],
    fields: {},
  };
  return previewFirst(wanted, context);
}

function previewChange(subscription: Subscription, details: Details, recurring: boolean, context: Context): Invoice {
  if (subscription.ended_at !== null) throw nothingUpcoming(subscription.customer);
  if (details.cancel_now) return previewEnd(subscription, details, context);
  if (details.billing_cycle_anchor?.timestamp !== undefined) {
    throw invalid(
      "For existing subscriptions the billing cycle anchor can only be `now` or `unchanged`.",
      "subscription_details[billing_cycle_anchor]",
    );
  }
  const change = planChange(subscription, details, context);
  const prorations = change.prorations.map(({ line }) => line);
  if (change.billsNow && !recurring) {
    const bill = { ...billOf(change, context), reason: "upcoming" as const, prorations };
    return previewBill(subscription, bill, context);
  }
  const asked = { cancelAt: details.cancel_at, atPeriodEnd: details.cancel_at_period_end };
  const end = plannedEnd(change.subscription, asked, context);
  const after = { ...change.subscription, ...end };
  return recurring ? previewRecurring(after, context) : previewRenewal(after, prorations, context);
}

function previewEnd(subscription: Subscription, details: Details, context: Context): Invoice {
  const prorate = details.proration_behavior !== "none";
  const bill = lastBill(subscription, { prorate }, context);
  if (!bill) throw nothingUpcoming(subscription.customer);
  return previewBill(subscription, { ...bill, reason: "upcoming" }, context);
}
