import type Stripe from "stripe";
import { invalid } from "../core/error.ts";
import type { Objects, Params } from "../core/objects.ts";
import type { Context } from "../core/resource.ts";
import type { MeterErrorCode } from "./meter-errors.ts";
import { dayInSeconds, type RecordedEvent } from "./recorded-event.ts";

type Meter = Objects["billing.meter"];
type Sent = Params<Stripe.Billing.MeterEventCreateParams>;

const PAST_LIMIT_SECONDS = 35 * dayInSeconds;
const FUTURE_LIMIT_SECONDS = 5 * 60;
const MOST_DIGITS = 15;

/** What a meter event says, and the first thing that is wrong with it. */
export interface Reading {
  meter: Meter | null;
  customer: string;
  value: number;
  timestamp: number;
  wrong: { code: MeterErrorCode; message: string; param: string } | null;
}

/** Reads an event against its meter and the limits of time, without refusing anything. */
export function readMeterEvent(params: Sent, context: Context): Reading {
  const { store } = context;
  const named = store.objects("billing.meter").list((row) => row.event_name === params.event_name);
  const meter = named.find(({ status }) => status === "active") ?? named.at(-1) ?? null;
  const timestamp = params.timestamp ?? context.now();
  const customer = params.payload[meter?.customer_mapping.event_payload_key ?? "stripe_customer_id"] ?? "";
  const key = meter?.value_settings.event_payload_key ?? "value";
  const isCounted = meter?.default_aggregation.formula === "count";
  const text = isCounted ? "1" : (params.payload[key] ?? "");
  const wrong =
    wrongMeter(meter, params.event_name) ??
    wrongTime(timestamp, context.now()) ??
    wrongPayload(meter, customer, text, key);
  return { meter, customer, value: /^-?\d+$/.test(text) ? Number(text) : 0, timestamp, wrong };
}

const fault = (code: MeterErrorCode, message: string, param: string) => ({ code, message, param });

function wrongMeter(meter: Meter | null, eventName: string): Reading["wrong"] {
  const message = `No active meter found for event name ${eventName}.`;
  if (!meter) return fault("no_meter", message, "event_name");
  return meter.status === "active" ? null : fault("archived_meter", message, "event_name");
}

function wrongTime(timestamp: number, now: number): Reading["wrong"] {
  const message = "Timestamp must be within the past 35 calendar days or up to 5 minutes in the future.";
  if (timestamp < now - PAST_LIMIT_SECONDS) return fault("timestamp_too_far_in_past", message, "timestamp");
  return timestamp > now + FUTURE_LIMIT_SECONDS ? fault("timestamp_in_future", message, "timestamp") : null;
}

function wrongPayload(meter: Meter | null, customer: string, text: string, key: string): Reading["wrong"] {
  const customerKey = meter?.customer_mapping.event_payload_key ?? "stripe_customer_id";
  if (!customer)
    return fault("meter_event_no_customer_defined", `The payload has no ${customerKey}.`, `payload[${customerKey}]`);
  if (!text) return fault("meter_event_value_not_found", `The payload has no ${key}.`, `payload[${key}]`);
  const message = `The value of ${key} must be a whole number of at most ${MOST_DIGITS} digits, not ${text}.`;
  if (!/^-?\d+$/.test(text)) return fault("meter_event_invalid_value", message, `payload[${key}]`);
  return text.replace("-", "").length > MOST_DIGITS
    ? fault("meter_event_value_too_many_digits", message, `payload[${key}]`)
    : null;
}

/** @throws 400 for an identifier that is too long, or that came within the last 24 hours */
export function checkIdentifier(identifier: string, { now, store }: Context): void {
  if (identifier.length > 100) throw invalid("Identifiers have at most 100 characters.", "identifier");
  const remembered = now() - dayInSeconds;
  const same = (row: RecordedEvent) => row.identifier === identifier && row.receivedAt > remembered;
  if (store.hidden<RecordedEvent>("_meter_events").find(same)) {
    throw invalid(`An event already exists with identifier ${identifier}.`, "identifier");
  }
}
