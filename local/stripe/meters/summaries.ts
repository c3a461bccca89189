import { invalid } from "../core/error.ts";
import type { Objects } from "../core/objects.ts";
import type { Context } from "../core/resource.ts";
import type { Period } from "../subscriptions/periods.ts";
import { dayInSeconds } from "./recorded-event.ts";
import { aggregate, visibleEvents } from "./usage.ts";

type Meter = Objects["billing.meter"];
type Summary = Objects["billing.meter_event_summary"];

/**
 * What a customer used in a span, in one summary or one for each hour or day with use.
 * @throws 400 when the bounds are not aligned to the minute, hour or day.
 */
export function summarize(
  meter: Meter,
  customer: string,
  span: Period,
  grouping: string | undefined,
  context: Context,
): Summary[] {
  const step = grouping === "day" ? dayInSeconds : grouping === "hour" ? 3600 : 60;
  const unit = grouping ?? "minute";
  if (span.start % step !== 0) throw invalid(`start_time must be aligned with ${unit} boundaries.`, "start_time");
  if (span.end % step !== 0) throw invalid(`end_time must be aligned with ${unit} boundaries.`, "end_time");
  if (span.end <= span.start) throw invalid("end_time must be after start_time.", "end_time");
  const events = visibleEvents(meter, customer, span, context);
  const groups = new Map<number, typeof events>();
  for (const event of events) {
    const start = grouping ? Math.floor(event.timestamp / step) * step : span.start;
    groups.set(start, [...(groups.get(start) ?? []), event]);
  }
  return [...groups].map(([start, group]) =>
    context.build("billing.meter_event_summary", {
      id: `mtrusg_${meter.id.slice(-8)}_${start}`,
      aggregated_value: aggregate(meter, group),
      start_time: start,
      end_time: grouping ? start + step : span.end,
      meter: meter.id,
    }),
  );
}
