import { mismatch } from "../schema/check.ts";
import { queueDelivery } from "./deliveries.ts";
import { letters } from "./id.ts";
import type { ThinEvent, ThinEventType } from "./objects.ts";
import type { Context } from "./resource.ts";

interface Told {
  relatedObject?: ThinEvent["related_object"];
  data?: ThinEvent["data"];
  /** only this destination hears of it; otherwise every one that asked for the type */
  destination?: string;
}

/**
 * Stores a thin event and queues its notification, which names the event and carries none of its data.
 * @throws Error naming the field, when the event is not what stripe-node declares
 */
export function recordThinEvent(
  context: Context,
  type: ThinEventType,
  { relatedObject, data, destination }: Told,
): ThinEvent {
  const event: ThinEvent = {
    id: `evt_test_${letters(30)}`,
    object: "v2.core.event",
    type,
    livemode: false,
    created: new Date(context.now() * 1000).toISOString(),
    ...(relatedObject && { related_object: relatedObject }),
    ...(data && { data }),
  };
  const problem = mismatch(event);
  if (problem) throw new Error(`The thin event ${type} is not what Stripe declares: ${problem}`);
  context.save(event);
  const wanting = context.store
    .objects("v2.core.event_destination")
    .list(({ id, status, enabled_events }) =>
      destination ? id === destination : status === "enabled" && enabled_events.includes(type),
    );
  for (const { id } of wanting) queueDelivery(context, event.id, type, id);
  return event;
}

/** What is sent of a thin event: everything but its data. */
export function notificationOf({ data: _, ...notification }: ThinEvent): Omit<ThinEvent, "data"> {
  return notification;
}
