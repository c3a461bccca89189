import type Stripe from "stripe";
import { invalid } from "../core/error.ts";
import { page } from "../core/list.ts";
import type { Objects, Params } from "../core/objects.ts";
import { type Context, type Resource, route } from "../core/resource.ts";
import { summarize } from "./summaries.ts";

type Meter = Objects["billing.meter"];

/** Billing meters, their summaries, and the rule that a metered price needs one. */
export const meters: Resource = {
  routes: [
    route<Params<Stripe.Billing.MeterCreateParams>>({
      method: "POST",
      path: "/v1/billing/meters",
      params: "Billing.MeterCreateParams",
      handle({ params }, context) {
        refuseSecondMeter(params.event_name, context);
        const meter = context.save(
          context.build("billing.meter", {
            id: context.newId("mtr"),
            customer_mapping: params.customer_mapping ?? { event_payload_key: "stripe_customer_id", type: "by_id" },
            default_aggregation: { formula: params.default_aggregation.formula },
            display_name: params.display_name,
            event_name: params.event_name,
            event_time_window: params.event_time_window ?? null,
            status: "active",
            status_transitions: { deactivated_at: null },
            updated: context.now(),
            value_settings: params.value_settings ?? { event_payload_key: "value" },
          }),
        );
        context.emit("billing.meter.created", meter);
        return meter;
      },
    }),
    route<Params<Stripe.Billing.MeterListParams>>({
      method: "GET",
      path: "/v1/billing/meters",
      params: "Billing.MeterListParams",
      handle(request, { store }) {
        const { status } = request.params;
        const rows = store.objects("billing.meter").list((meter) => status === undefined || meter.status === status);
        return page(request, "/v1/billing/meters", rows);
      },
    }),
    route<Params<Stripe.Billing.MeterRetrieveParams>>({
      method: "GET",
      path: "/v1/billing/meters/:meter",
      params: "Billing.MeterRetrieveParams",
      handle: ({ path }, context) => context.find("billing.meter", path.meter ?? ""),
    }),
    route<Params<Stripe.Billing.MeterUpdateParams>>({
      method: "POST",
      path: "/v1/billing/meters/:meter",
      params: "Billing.MeterUpdateParams",
      handle({ params, path }, context) {
        const meter = context.find("billing.meter", path.meter ?? "");
        const display_name = params.display_name ?? meter.display_name;
        return context.update("billing.meter.updated", { ...meter, display_name, updated: context.now() });
      },
    }),
    route<Params<Stripe.Billing.MeterDeactivateParams>>({
      method: "POST",
      path: "/v1/billing/meters/:meter/deactivate",
      params: "Billing.MeterDeactivateParams",
      handle: ({ path }, context) => turn("inactive", context.find("billing.meter", path.meter ?? ""), context),
    }),
    route<Params<Stripe.Billing.MeterReactivateParams>>({
      method: "POST",
      path: "/v1/billing/meters/:meter/reactivate",
      params: "Billing.MeterReactivateParams",
      handle({ path }, context) {
        const meter = context.find("billing.meter", path.meter ?? "");
        if (meter.status !== "active") refuseSecondMeter(meter.event_name, context);
        return turn("active", meter, context);
      },
    }),
    route<Params<Stripe.Billing.MeterListEventSummariesParams>>({
      method: "GET",
      path: "/v1/billing/meters/:meter/event_summaries",
      params: "Billing.MeterListEventSummariesParams",
      handle(request, context) {
        const { customer, start_time, end_time, value_grouping_window } = request.params;
        const meter = context.find("billing.meter", request.path.meter ?? "");
        context.find("customer", customer, "customer");
        const span = { start: start_time, end: end_time };
        const summaries = summarize(meter, customer, span, value_grouping_window, context);
        return page(request, `/v1/billing/meters/${meter.id}/event_summaries`, summaries);
      },
    }),
  ],
  listeners: {
    "price.created": [(price, context) => requireMeter(price as unknown as Objects["price"], context)],
  },
};

function refuseSecondMeter(eventName: string, { store }: Context): void {
  const same = (meter: Meter) => meter.event_name === eventName && meter.status === "active";
  if (store.objects("billing.meter").find(same)) {
    throw invalid(`A meter with event name ${eventName} is already active.`, "event_name");
  }
}

function turn(status: "active" | "inactive", meter: Meter, context: Context): Meter {
  if (meter.status === status) throw invalid(`The meter is already ${status}.`);
  const event = status === "active" ? "billing.meter.reactivated" : "billing.meter.deactivated";
  const changed = context.save({
    ...meter,
    status,
    status_transitions: { deactivated_at: status === "active" ? null : context.now() },
    updated: context.now(),
  });
  context.emit(event, changed);
  return changed;
}

function requireMeter(price: Objects["price"], context: Context): void {
  if (price.recurring?.usage_type !== "metered") return;
  if (!price.recurring.meter) {
    throw invalid("A metered price needs a meter: set recurring[meter].", "recurring[meter]", "parameter_missing");
  }
  const meter = context.find("billing.meter", price.recurring.meter, "recurring[meter]");
  if (meter.status !== "active") throw invalid(`The meter ${meter.id} is not active.`, "recurring[meter]");
}
