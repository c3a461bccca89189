import type { Context } from "./resource.ts";
import type { Store } from "./store.ts";

/** One event on its way to one endpoint, or to one destination of thin events. */
export interface Delivery {
  id: string;
  event: string;
  endpoint: string;
  type: string;
  status: "pending" | "delivered" | "failed";
  attempts: Array<{ at: number; status: number | null; error: string | null; body: string }>;
}

/** What an endpoint has that the API never shows again. */
export interface EndpointSecrets {
  id: string;
  /** the newest first; older ones until `until` (unix seconds) */
  secrets: Array<{ secret: string; until: number | null }>;
}

/** How deliveries misbehave, for tests. */
export interface DeliveryOptions {
  id: "options";
  /** how many more times each event is sent after its first success */
  duplicate: number;
  /** events of the next moment are sent in reverse order */
  reorder: boolean;
  delaySeconds: number;
  wrongSecret: boolean;
  /** how many of the next attempts get lost on the way */
  lose: number;
  /** nothing gets through until this is taken back: the app is down, and Stripe tries again over three days */
  down: boolean;
}

const DEFAULT_OPTIONS: DeliveryOptions = {
  id: "options",
  duplicate: 0,
  reorder: false,
  delaySeconds: 0,
  wrongSecret: false,
  lose: 0,
  down: false,
};

/** Waits between attempts, in seconds: doubling, then spread over three days as Stripe does in live mode. */
export const BACKOFF_SECONDS = [5, 15, 60, 300, 1800, 3600, 7200, 14_400, 28_800, 43_200, 43_200, 43_200, 43_200];

export const deliveriesOf = (store: Store) => store.hidden<Delivery>("_delivery");
export const secretsOf = (store: Store) => store.hidden<EndpointSecrets>("_endpoint_secret");

export function readDeliveryOptions(store: Store): DeliveryOptions {
  return { ...DEFAULT_OPTIONS, ...store.hidden<DeliveryOptions>("_delivery_options").get("options") };
}

export function changeDeliveryOptions(store: Store, changes: Partial<DeliveryOptions>): DeliveryOptions {
  return store
    .hidden<DeliveryOptions>("_delivery_options")
    .put({ ...readDeliveryOptions(store), ...changes, id: "options" });
}

/** Where a delivery goes: a webhook endpoint, or a destination of thin events. */
export function receiverOf(store: Store, id: string): { url: string; isEnabled: boolean } | undefined {
  const endpoint = store.objects("webhook_endpoint").get(id);
  if (endpoint) return { url: endpoint.url, isEnabled: endpoint.status === "enabled" };
  const destination = store.objects("v2.core.event_destination").get(id);
  const url = destination?.webhook_endpoint?.url;
  return destination && url ? { url, isEnabled: destination.status === "enabled" } : undefined;
}

/** Queues an event for every enabled endpoint that wants its type; returns how many do. */
export function queueDeliveries(context: Context, event: string, type: string): number {
  const { store } = context;
  const endpoints = store
    .objects("webhook_endpoint")
    .list(
      ({ status, enabled_events }) =>
        status === "enabled" && enabled_events.some((name) => name === "*" || name === type),
    );
  for (const endpoint of endpoints) queueDelivery(context, event, type, endpoint.id);
  return endpoints.length;
}

/** Queues an event for one endpoint, once more if it was sent before. */
export function queueDelivery(context: Context, event: string, type: string, endpoint: string): Delivery {
  const { store } = context;
  const delivery: Delivery = {
    id: context.newId("whd"),
    event,
    endpoint,
    type,
    status: "pending",
    attempts: [],
  };
  deliveriesOf(store).put(delivery);
  context.schedule(context.now() + readDeliveryOptions(store).delaySeconds, "webhook.deliver", {
    delivery: delivery.id,
  });
  return delivery;
}
