import type { Objects } from "../core/objects.ts";
import type { Context } from "../core/resource.ts";
import type { Period } from "../subscriptions/periods.ts";
import type { RecordedEvent } from "./recorded-event.ts";

type Meter = Objects["billing.meter"];

/**
 * What a meter says a customer used: the events whose own timestamp lies in the period and that have become visible by
 * now. Meters count per customer, so two subscriptions to one meter bill the same use twice, and an event that arrives
 * after its period was invoiced is on no invoice at all.
 * @param period seconds, half-open.
 */
export function usageIn(meter: Meter, customer: string, period: Period, context: Context): number {
  return aggregate(meter, visibleEvents(meter, customer, period, context));
}

/** The visible events of a customer in a period, oldest use first. */
export function visibleEvents(meter: Meter, customer: string, period: Period, context: Context): RecordedEvent[] {
  const seenUpTo = context.now() - context.settings.meterLagSeconds;
  const events = context.store.hidden<RecordedEvent>("_meter_events").list((event) => {
    const isCanceled = event.canceledAt !== null && event.canceledAt <= seenUpTo;
    if (isCanceled || event.error || event.eventName !== meter.event_name || event.customer !== customer) return false;
    return event.timestamp >= period.start && event.timestamp < period.end && event.receivedAt <= seenUpTo;
  });
  return events.sort((one, other) => one.timestamp - other.timestamp);
}

/** Sums, counts or takes the last of the events, as the meter says. */
export function aggregate(meter: Meter, events: RecordedEvent[]): number {
  const { formula } = meter.default_aggregation;
  if (formula === "count") return events.length;
  if (formula === "last") return events.at(-1)?.value ?? 0;
  return events.reduce((sum, event) => sum + event.value, 0);
}
