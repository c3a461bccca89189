import type Stripe from "stripe";
import { page } from "../../core/list.ts";
import type { Params, StripeObject } from "../../core/objects.ts";
import { type Context, type Resource, route } from "../../core/resource.ts";
import { billAfterEnd, creditAfterEnd, endSubscription } from "../end.ts";
import type { Subscription } from "../items.ts";
import { turnSubscription } from "../turn.ts";
import { changeSchedule } from "./change-schedule.ts";
import { closeSchedule, detach, requireOpen, type Schedule, scheduleOf } from "./schedule.ts";
import { createSchedule, startIfDue } from "./start.ts";

/** Subscription schedules: the API, their phases by the clock, and what the end of a subscription does to them. */
export const subscriptionSchedules: Resource = {
  routes: [
    route<Params<Stripe.SubscriptionScheduleCreateParams>>({
      method: "POST",
      path: "/v1/subscription_schedules",
      params: "SubscriptionScheduleCreateParams",
      handle: ({ params }, context) => createSchedule(params, context),
    }),
    route<Params<Stripe.SubscriptionScheduleListParams>>({
      method: "GET",
      path: "/v1/subscription_schedules",
      params: "SubscriptionScheduleListParams",
      handle(request, { store }) {
        const { customer, scheduled } = request.params;
        const rows = store.objects("subscription_schedule").list((row) => {
          return (!customer || row.customer === customer) && (!scheduled || row.status === "not_started");
        });
        return page(request, "/v1/subscription_schedules", rows);
      },
    }),
    route<Params<Stripe.SubscriptionScheduleRetrieveParams>>({
      method: "GET",
      path: "/v1/subscription_schedules/:schedule",
      params: "SubscriptionScheduleRetrieveParams",
      handle: ({ path }, context) => context.find("subscription_schedule", path.schedule ?? ""),
    }),
    route<Params<Stripe.SubscriptionScheduleUpdateParams>>({
      method: "POST",
      path: "/v1/subscription_schedules/:schedule",
      params: "SubscriptionScheduleUpdateParams",
      handle: ({ params, path }, context) =>
        changeSchedule(context.find("subscription_schedule", path.schedule ?? ""), params, context),
    }),
    route<Params<Stripe.SubscriptionScheduleReleaseParams>>({
      method: "POST",
      path: "/v1/subscription_schedules/:schedule/release",
      params: "SubscriptionScheduleReleaseParams",
      handle({ params, path }, context) {
        const schedule = context.find("subscription_schedule", path.schedule ?? "");
        requireOpen(schedule, "release");
        detach(schedule, params.preserve_cancel_date ?? false, context);
        return closeSchedule(schedule, "released", context);
      },
    }),
    route<Params<Stripe.SubscriptionScheduleCancelParams>>({
      method: "POST",
      path: "/v1/subscription_schedules/:schedule/cancel",
      params: "SubscriptionScheduleCancelParams",
      handle({ params, path }, context) {
        const schedule = context.find("subscription_schedule", path.schedule ?? "");
        requireOpen(schedule, "cancel");
        if (!schedule.subscription) return closeSchedule(schedule, "canceled", context);
        cancelSubscription(context.find("subscription", schedule.subscription), params, context);
        return context.find("subscription_schedule", schedule.id);
      },
    }),
  ],
  tasks: {
    "subscription_schedule.turn": ({ schedule: id }, context) => {
      const schedule = context.store.objects("subscription_schedule").get(String(id));
      if (schedule) turnSchedule(schedule, context);
    },
    "subscription_schedule.expiring": ({ schedule: id }, context) => {
      const schedule = context.store.objects("subscription_schedule").get(String(id));
      if (schedule?.status === "active") context.emit("subscription_schedule.expiring", schedule);
    },
  },
  listeners: { "customer.subscription.deleted": [onSubscriptionEnded] },
};

function turnSchedule(schedule: Schedule, context: Context): void {
  if (schedule.subscription) turnSubscription(context.find("subscription", schedule.subscription), context);
  else startIfDue(schedule, context);
}

function cancelSubscription(
  subscription: Subscription,
  { invoice_now = true, prorate = true }: Params<Stripe.SubscriptionScheduleCancelParams>,
  context: Context,
): void {
  endSubscription(subscription, { reason: "cancellation_requested" }, context);
  if (invoice_now) billAfterEnd(subscription, { prorate }, context);
  else if (prorate) creditAfterEnd(subscription, context);
}

/** A schedule whose subscription ended is canceled with it, or aborted when it ended for want of payment. */
function onSubscriptionEnded(object: StripeObject, context: Context): void {
  const subscription = object as unknown as Subscription;
  const schedule = scheduleOf(subscription, context);
  if (schedule?.status !== "active") return;
  const unpaid = subscription.cancellation_details?.reason === "payment_failed";
  closeSchedule(schedule, "canceled", context, unpaid ? "aborted" : "canceled");
}
