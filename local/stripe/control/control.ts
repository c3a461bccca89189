import { changeDeliveryOptions, deliveriesOf, queueDelivery, readDeliveryOptions } from "../core/deliveries.ts";
import type { Engine } from "../core/engine.ts";
import type { Faults } from "../core/faults.ts";
import type { RequestLog } from "../core/request-log.ts";
import type { Resource } from "../core/resource.ts";
import { tasks } from "../core/schedule.ts";
import { changeSettings } from "../core/settings.ts";
import { clockDoors, timeOf } from "./clock.ts";

/** The doors for tests and the development bar: clock, faults, webhooks, settings, logs. */
export function controlDoors({ engine, faults, log }: { engine: Engine; faults: Faults; log: RequestLog }): Resource {
  const { store } = engine;
  return {
    controls: [
      ...clockDoors(engine),
      {
        method: "POST",
        path: "/_double/settle",
        async outside() {
          await engine.settle();
          return timeOf(engine.clock);
        },
      },
      { method: "GET", path: "/_double/faults", outside: () => ({ faults: faults.all() }) },
      { method: "POST", path: "/_double/faults", outside: ({ body }) => faults.add(body) },
      { method: "DELETE", path: "/_double/faults", outside: () => faults.clear() },
      { method: "GET", path: "/_double/settings", handle: (_, { settings }) => settings },
      { method: "POST", path: "/_double/settings", handle: ({ body }) => changeSettings(store, body) },
      { method: "GET", path: "/_double/webhooks", handle: () => readDeliveryOptions(store) },
      { method: "POST", path: "/_double/webhooks", handle: ({ body }) => changeDeliveryOptions(store, body) },
      {
        method: "GET",
        path: "/_double/deliveries",
        handle: () => ({ deliveries: deliveriesOf(store).list().reverse() }),
      },
      {
        method: "POST",
        path: "/_double/events/:event/resend",
        handle({ path }, context) {
          const thin = store.objects("v2.core.event").get(path.event ?? "");
          const event = thin ?? context.find("event", path.event ?? "");
          const receivers = store
            .objects(thin ? "v2.core.event_destination" : "webhook_endpoint")
            .list(({ status }) => status === "enabled");
          return { deliveries: receivers.map(({ id }) => queueDelivery(context, event.id, event.type, id).id) };
        },
      },
      { method: "GET", path: "/_double/requests", outside: () => ({ requests: log.all() }) },
      {
        method: "GET",
        path: "/_double/scheduled",
        handle: () => ({ tasks: tasks(store).sort((a, b) => a.at - b.at) }),
      },
      { method: "GET", path: "/_double/problems", outside: () => ({ problems: engine.problems }) },
    ],
  };
}
