import { mismatch } from "../schema/check.ts";
import type { Origin } from "./context.ts";
import { queueDeliveries } from "./deliveries.ts";
import type { Engine } from "./engine.ts";
import type { StripeObject } from "./objects.ts";
import type { Context } from "./resource.ts";
import { API_VERSION } from "./version.ts";

/**
 * Stores an event with the object as it is now, queues it for the endpoints that asked for it, and tells listeners.
 * @throws Error naming the field, when the object or the event is not what stripe-node declares
 */
export function recordEvent(
  engine: Engine,
  context: Context,
  origin: Origin,
  type: string,
  object: object,
  previous?: Record<string, unknown>,
): void {
  const snapshot = structuredClone(object);
  const event = context.build("event", {
    id: context.newId("evt"),
    api_version: API_VERSION,
    type: type as never,
    data: { object: snapshot, ...(previous && { previous_attributes: structuredClone(previous) }) } as never,
    request: origin,
  });
  const problem = mismatch(event);
  if (problem) throw new Error(`The event ${type} is not what Stripe declares: ${problem}`);
  event.pending_webhooks = queueDeliveries(context, event.id, type);
  context.save(event);
  for (const listen of engine.listeners.get(type) ?? []) listen(structuredClone(snapshot) as StripeObject, context);
}
