import type Stripe from "stripe";
import { invalid, missingParam } from "../core/error.ts";
import type { Params } from "../core/objects.ts";
import { type Resource, route } from "../core/resource.ts";
import { meterErrorDoor, meterErrorListeners, noteMeterError, reportMeterErrors } from "./meter-errors.ts";
import { checkIdentifier, readMeterEvent } from "./meter-event-rules.ts";
import { dayInSeconds, type RecordedEvent } from "./recorded-event.ts";

/** Meter events (v1) and their cancellation. */
export const meterEvents: Resource = {
  routes: [
    route<Params<Stripe.Billing.MeterEventCreateParams>>({
      method: "POST",
      path: "/v1/billing/meter_events",
      params: "Billing.MeterEventCreateParams",
      lock: ({ event_name, payload }) => `meter ${String(event_name)} ${customerIn(payload)}`,
      handle({ params }, context) {
        const { meter, customer, value, timestamp, wrong } = readMeterEvent(params, context);
        if (wrong && context.settings.meterChecks === "at_once") throw invalid(wrong.message, wrong.param);
        const isKnown = context.store.objects("customer").get(customer) !== undefined;
        const error = wrong?.code ?? (isKnown ? undefined : "meter_event_customer_not_found");
        const identifier = params.identifier ?? context.newId("mtrid");
        checkIdentifier(identifier, context);
        context.store.hidden<RecordedEvent>("_meter_events").put({
          id: context.newId("mtrevt"),
          identifier,
          eventName: params.event_name,
          customer,
          value,
          timestamp,
          receivedAt: context.now(),
          canceledAt: null,
          ...(error && { error }),
        });
        if (error) {
          const of = error === "no_meter" ? null : (meter?.id ?? null);
          noteMeterError({ meter: of, code: error, identifier }, context);
        }
        return context.build("billing.meter_event", {
          event_name: params.event_name,
          identifier,
          payload: params.payload,
          timestamp,
        });
      },
    }),
    route<Params<Stripe.Billing.MeterEventAdjustmentCreateParams>>({
      method: "POST",
      path: "/v1/billing/meter_event_adjustments",
      params: "Billing.MeterEventAdjustmentCreateParams",
      handle({ params }, context) {
        const identifier = params.cancel?.identifier;
        if (!identifier) throw missingParam("cancel[identifier]");
        const events = context.store.hidden<RecordedEvent>("_meter_events");
        const oldest = context.now() - dayInSeconds;
        const event = events.find((row) => row.identifier === identifier && row.receivedAt > oldest);
        if (event?.eventName !== params.event_name) {
          throw invalid(
            `No meter event with identifier ${identifier} was received within the last 24 hours.`,
            "cancel[identifier]",
          );
        }
        events.put({ ...event, canceledAt: event.canceledAt ?? context.now() });
        return context.build("billing.meter_event_adjustment", {
          cancel: { identifier },
          event_name: params.event_name,
          status: context.settings.meterLagSeconds > 0 ? "pending" : "complete",
          type: "cancel",
        });
      },
    }),
  ],
  controls: [meterErrorDoor],
  listeners: meterErrorListeners,
  tasks: { "meter.report": reportMeterErrors },
};

/** The customer a payload names, by the usual key or the only text that looks like one. */
function customerIn(payload: unknown): string {
  const values = typeof payload === "object" && payload !== null ? Object.values(payload) : [];
  return String(values.find((value) => String(value).startsWith("cus_")) ?? "");
}
