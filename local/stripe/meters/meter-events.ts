import type Stripe from "stripe";
import { invalid } from "../core/error.ts";
import type { Objects, Params } from "../core/objects.ts";
import { type Context, type Resource, route } from "../core/resource.ts";
import { dayInSeconds, type RecordedEvent } from "./recorded-event.ts";

type Meter = Objects["billing.meter"];

const pastLimitSeconds = 35 * dayInSeconds;
const futureLimitSeconds = 5 * 60;
const identifierMemorySeconds = dayInSeconds;

/** Meter events (v1) and their cancellation. */
export const meterEvents: Resource = {
  routes: [
    route<Params<Stripe.Billing.MeterEventCreateParams>>({
      method: "POST",
      path: "/v1/billing/meter_events",
      params: "Billing.MeterEventCreateParams",
      handle({ params }, context) {
        const meter = activeMeter(params.event_name, context);
        const timestamp = checkedTimestamp(params.timestamp ?? context.now(), context);
        const event: RecordedEvent = {
          id: context.newId("mtrevt"),
          identifier: checkedIdentifier(params.identifier ?? context.newId("mtrid"), context),
          eventName: meter.event_name,
          customer: fromPayload(params.payload, meter.customer_mapping.event_payload_key),
          value: valueIn(params.payload, meter),
          timestamp,
          receivedAt: context.now(),
          canceled: false,
        };
        context.store.hidden<RecordedEvent>("_meter_events").put(event);
        return context.build("billing.meter_event", {
          event_name: event.eventName,
          identifier: event.identifier,
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
        const identifier = params.cancel?.identifier ?? "";
        const events = context.store.hidden<RecordedEvent>("_meter_events");
        const oldest = context.now() - dayInSeconds;
        const event = events.find((row) => row.identifier === identifier && row.receivedAt > oldest);
        if (!event) {
          throw invalid(
            `No meter event with identifier ${identifier} was received within the last 24 hours.`,
            "cancel[identifier]",
          );
        }
        events.put({ ...event, canceled: true });
        return context.build("billing.meter_event_adjustment", {
          cancel: { identifier },
          event_name: params.event_name,
          status: "complete",
          type: "cancel",
        });
      },
    }),
  ],
};

function activeMeter(eventName: string, { store }: Context): Meter {
  const meter = store.objects("billing.meter").find((row) => row.event_name === eventName && row.status === "active");
  if (!meter) throw invalid(`No active meter found for event name ${eventName}.`, "event_name");
  return meter;
}

function checkedTimestamp(timestamp: number, context: Context): number {
  const now = context.now();
  if (timestamp < now - pastLimitSeconds || timestamp > now + futureLimitSeconds) {
    throw invalid("Timestamp must be within the past 35 calendar days or up to 5 minutes in the future.", "timestamp");
  }
  return timestamp;
}

function checkedIdentifier(identifier: string, { now, store }: Context): string {
  if (identifier.length > 100) throw invalid("Identifiers have at most 100 characters.", "identifier");
  const remembered = now() - identifierMemorySeconds;
  const same = (row: RecordedEvent) => row.identifier === identifier && row.receivedAt > remembered;
  if (store.hidden<RecordedEvent>("_meter_events").find(same)) {
    throw invalid(`An event already exists with identifier ${identifier}.`, "identifier");
  }
  return identifier;
}

function fromPayload(payload: Record<string, string>, key: string): string {
  const value = payload[key];
  if (!value) throw invalid(`The payload has no ${key}.`, `payload[${key}]`);
  return value;
}

function valueIn(payload: Record<string, string>, meter: Meter): number {
  if (meter.default_aggregation.formula === "count") return 1;
  const key = meter.value_settings.event_payload_key;
  const text = fromPayload(payload, key);
  if (!/^-?\d{1,15}$/.test(text)) {
    throw invalid(`The value of ${key} must be a whole number of at most 15 digits, not ${text}.`, `payload[${key}]`);
  }
  return Number(text);
}
