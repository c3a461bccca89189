import { invalid } from "../core/error.ts";
import type { Objects, StripeObject, ThinEvent } from "../core/objects.ts";
import type { Context, Control } from "../core/resource.ts";
import { recordThinEvent } from "../core/thin-events.ts";
import type { RecordedEvent } from "./recorded-event.ts";

type ErrorTypes = NonNullable<ThinEvent["data"]>["reason"]["error_types"];

/** What Stripe finds wrong with a meter event after it has taken it, and how it says so. */
export const METER_ERRORS = {
  archived_meter: "The meter is archived.",
  meter_event_customer_not_found: "No customer was found for the mapping in the event's payload.",
  meter_event_invalid_value: "The value in the event's payload is not a valid number.",
  meter_event_no_customer_defined: "The event's payload names no customer.",
  meter_event_value_not_found: "The event's payload has no value.",
  meter_event_value_too_many_digits: "The value in the event's payload has too many digits.",
  no_meter: "No active meter was found for the event's name.",
  timestamp_in_future: "The event's timestamp is too far in the future.",
  timestamp_too_far_in_past: "The event's timestamp is too far in the past.",
} as const;
export type MeterErrorCode = keyof typeof METER_ERRORS;

const MOST_SAMPLES = 10;

interface NotedError {
  id: string;
  /** null when there is no meter of that name */
  meter: string | null;
  code: MeterErrorCode;
  identifier: string;
  at: number;
}

const noted = ({ store }: Context) => store.hidden<NotedError>("_meter_error");

/** Notes an error; the report with all that were noted for the meter follows after `meterErrorSeconds`. */
export function noteMeterError(
  error: Pick<NotedError, "meter" | "code" | "identifier">,
  context: Context,
  waitSeconds = context.settings.meterErrorSeconds,
): void {
  const isFirst = !noted(context).find(({ meter }) => meter === error.meter);
  noted(context).put({ id: context.newId("mtrerr"), ...error, at: context.now() });
  const key = `meter report ${error.meter ?? "of no meter"}`;
  if (isFirst || waitSeconds === 0)
    context.schedule(context.now() + waitSeconds, "meter.report", { meter: error.meter }, key);
}

/** Tells by one thin event what was wrong with the events of a meter. */
export function reportMeterErrors({ meter: id }: Record<string, unknown>, context: Context): void {
  const errors = noted(context).list(({ meter }) => meter === id);
  const [first] = errors;
  if (!first) return;
  for (const error of errors) noted(context).delete(error.id);
  const data = {
    developer_message_summary:
      errors.length === 1 ? "There is 1 invalid event" : `There are ${errors.length} invalid events`,
    reason: { error_count: errors.length, error_types: byCode(errors) },
    validation_start: new Date(Math.min(...errors.map(({ at }) => at)) * 1000).toISOString(),
    validation_end: new Date(context.now() * 1000).toISOString(),
  };
  if (first.meter === null) recordThinEvent(context, "v1.billing.meter.no_meter_found", { data });
  else {
    const relatedObject = { id: first.meter, type: "billing.meter", url: `/v1/billing/meters/${first.meter}` };
    recordThinEvent(context, "v1.billing.meter.error_report_triggered", { data, relatedObject });
  }
}

function byCode(errors: NotedError[]): ErrorTypes {
  const codes = [...new Set(errors.map(({ code }) => code))];
  return codes.map((code) => {
    const same = errors.filter((error) => error.code === code);
    const sample_errors = same
      .slice(0, MOST_SAMPLES)
      .map(({ identifier }) => ({ error_message: METER_ERRORS[code], request: { identifier } }));
    return { code, error_count: same.length, sample_errors };
  });
}

/** A meter that is deactivated, or a customer who is deleted, takes along what was sent and not yet counted. */
export function failUncounted(fails: (event: RecordedEvent) => boolean, code: MeterErrorCode, context: Context): void {
  const countedUpTo = context.now() - context.settings.meterLagSeconds;
  const events = context.store.hidden<RecordedEvent>("_meter_events");
  for (const event of events.list((row) => row.receivedAt > countedUpTo && !row.error && fails(row))) {
    failEvent(event, code, context);
  }
}

function failEvent(event: RecordedEvent, code: MeterErrorCode, context: Context, waitSeconds?: number): void {
  context.store.hidden<RecordedEvent>("_meter_events").put({ ...event, error: code });
  const meter = context.store.objects("billing.meter").find((row) => row.event_name === event.eventName);
  noteMeterError({ meter: meter?.id ?? null, code, identifier: event.identifier }, context, waitSeconds);
}

export const meterErrorListeners = {
  "billing.meter.deactivated": [
    (object: StripeObject, context: Context) => {
      const { event_name } = object as unknown as Objects["billing.meter"];
      failUncounted((event) => event.eventName === event_name, "archived_meter", context);
    },
  ],
  "customer.deleted": [
    (customer: StripeObject, context: Context) =>
      failUncounted((event) => event.customer === customer.id, "meter_event_customer_not_found", context),
  ],
};

/** Has Stripe find something wrong with an event it took, which then counts no more, and report it at once. */
export const meterErrorDoor: Control = {
  method: "POST",
  path: "/_double/meter-errors",
  handle({ body }, context) {
    const { identifier, code = "meter_event_customer_not_found" } = body;
    if (typeof identifier !== "string") throw invalid("Send { identifier, code? }.", "identifier");
    if (typeof code !== "string" || !(code in METER_ERRORS)) {
      throw invalid(`code is one of ${Object.keys(METER_ERRORS).join(", ")}`, "code");
    }
    const known = code as MeterErrorCode;
    const events = context.store.hidden<RecordedEvent>("_meter_events");
    const event = events.list((row) => row.identifier === identifier).at(-1);
    if (event && known !== "no_meter") failEvent(event, known, context, 0);
    else {
      if (event) events.put({ ...event, error: known });
      const meter = context.store.objects("billing.meter").find(({ status }) => status === "active");
      noteMeterError({ meter: known === "no_meter" ? null : (meter?.id ?? null), code: known, identifier }, context, 0);
    }
    return { identifier, code };
  },
};
