import type Stripe from "stripe";
import { invalid } from "../core/error.ts";
import { page } from "../core/list.ts";
import type { Objects, Params } from "../core/objects.ts";
import { type Context, type Resource, route } from "../core/resource.ts";
import { deleteCustomer } from "../resources/customers.ts";
import { recurrenceOf } from "../subscriptions/items.ts";
import { addIntervals, type Recurrence } from "../subscriptions/periods.ts";

type TestClock = Objects["test_helpers.test_clock"];

const PATH = "/v1/test_helpers/test_clocks";
const KEPT_SECONDS = 30 * 86_400;
const YEAR: Recurrence = { interval: "year", interval_count: 1 };
const MOST_CUSTOMERS = 3;

/**
 * Test clocks on top of the double's one clock: advancing one moves everybody's clock there, if the time lies ahead. A
 * test clock frozen in the past says what it is told and moves nothing.
 */
export const testClocks: Resource = {
  routes: [
    route<Params<Stripe.TestHelpers.TestClockCreateParams>>({
      method: "POST",
      path: PATH,
      params: "TestHelpers.TestClockCreateParams",
      handle({ params }, context) {
        const clock = context.save(
          context.build("test_helpers.test_clock", {
            id: context.newId("clock"),
            deletes_after: context.now() + KEPT_SECONDS,
            frozen_time: params.frozen_time,
            name: params.name ?? null,
            status: "ready",
            status_details: {},
          }),
        );
        if (params.customer) putOnClock(params.customer, clock.id, context);
        context.emit("test_helpers.test_clock.created", clock);
        return clock;
      },
    }),
    route<Params<Stripe.TestHelpers.TestClockListParams>>({
      method: "GET",
      path: PATH,
      params: "TestHelpers.TestClockListParams",
      handle: (request, { store }) => page(request, PATH, store.objects("test_helpers.test_clock").list()),
    }),
    {
      method: "GET",
      path: `${PATH}/:clock`,
      params: "TestHelpers.TestClockRetrieveParams",
      handle: ({ path }, context) => context.find("test_helpers.test_clock", path.clock ?? ""),
    },
    {
      method: "DELETE",
      path: `${PATH}/:clock`,
      params: "TestHelpers.TestClockDeleteParams",
      handle({ path }, context) {
        const clock = context.find("test_helpers.test_clock", path.clock ?? "");
        for (const { id } of customersOf(clock.id, context)) deleteCustomer(context, id);
        context.store.objects("test_helpers.test_clock").delete(clock.id);
        context.emit("test_helpers.test_clock.deleted", clock);
        return { id: clock.id, object: "test_helpers.test_clock", deleted: true };
      },
    },
    route<Params<Stripe.TestHelpers.TestClockAdvanceParams>>({
      method: "POST",
      path: `${PATH}/:clock/advance`,
      params: "TestHelpers.TestClockAdvanceParams",
      handle({ params, path }, context) {
        const clock = context.find("test_helpers.test_clock", path.clock ?? "");
        if (clock.status !== "ready") throw invalid("You cannot advance a test clock that is not ready.");
        checkTarget(clock, params.frozen_time, context);
        const advancing = context.save<TestClock>({
          ...clock,
          status: "advancing",
          status_details: { advancing: { target_frozen_time: params.frozen_time } },
        });
        context.emit("test_helpers.test_clock.advancing", advancing);
        context.moveClock(params.frozen_time, "test_clock.arrive", { clock: clock.id });
        return advancing;
      },
    }),
  ],
  tasks: {
    "test_clock.arrive"({ clock: id }, context) {
      const clock = context.store.objects("test_helpers.test_clock").get(String(id));
      if (!clock?.status_details.advancing) return;
      const frozen_time = clock.status_details.advancing.target_frozen_time;
      const ready = context.save<TestClock>({ ...clock, frozen_time, status: "ready", status_details: {} });
      context.emit("test_helpers.test_clock.ready", ready);
    },
  },
  listeners: {
    "customer.created": [
      ({ test_clock: clock }, context) => {
        if (typeof clock === "string") checkClock(clock, context);
      },
    ],
  },
};

function customersOf(clock: string, { store }: Context) {
  return store.objects("customer").list(({ test_clock }) => test_clock === clock);
}

function putOnClock(id: string, clock: string, context: Context): void {
  const customer = context.find("customer", id, "customer");
  if (customer.test_clock) throw invalid("The customer is already on a test clock.", "customer");
  context.save({ ...customer, test_clock: clock });
}

/** @throws 400 for a clock that is not there or has three customers already; the customer counts as one of them */
function checkClock(clock: string, context: Context): void {
  context.find("test_helpers.test_clock", clock, "test_clock");
  if (customersOf(clock, context).length <= MOST_CUSTOMERS) return;
  throw invalid(`A test clock has at most ${MOST_CUSTOMERS} customers.`, "test_clock");
}

/** @throws 400 for a time that is over, or more than two periods of the shortest subscription ahead, two years if none */
function checkTarget(clock: TestClock, target: number, context: Context): void {
  if (target <= clock.frozen_time) throw invalid("frozen_time must be after the clock's current time.", "frozen_time");
  const owners = new Set(customersOf(clock.id, context).map(({ id }) => id));
  const periods: Recurrence[] = context.store
    .objects("subscription")
    .list((row) => row.ended_at === null && owners.has(row.customer))
    .flatMap(({ items }) => items.data.flatMap(({ price }) => (price.recurring ? [recurrenceOf(price)] : [])));
  const latest = [...periods, ...(periods.length === 0 ? [YEAR] : [])].map((recurrence) =>
    addIntervals(clock.frozen_time, recurrence, 2),
  );
  if (target > Math.min(...latest)) {
    throw invalid("A test clock can be advanced by at most two intervals of its shortest subscription.", "frozen_time");
  }
}
