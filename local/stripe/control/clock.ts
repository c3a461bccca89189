import type { Clock } from "../core/clock.ts";
import type { Engine } from "../core/engine.ts";
import { invalid } from "../core/error.ts";
import type { Control } from "../core/resource.ts";
import { type Task, tasks } from "../core/schedule.ts";
import type { Store } from "../core/store.ts";

const SHOWN = 5;

/** The doors to the clock: what it shows, what falls due next, and moving it. */
export function clockDoors(engine: Engine): Control[] {
  const { clock, store } = engine;
  return [
    {
      method: "GET",
      path: "/_double/clock",
      outside: () => ({ ...timeOf(clock), advancing: engine.isAdvancing, ...whatIsNext(store) }),
    },
    {
      method: "POST",
      path: "/_double/clock",
      async outside({ body }) {
        const advance = await engine.advanceTo(targetOf(body, clock.nowMs(), store));
        return { ...timeOf(clock), ...advance };
      },
    },
  ];
}

/** The double's time, and how far it is from the machine's. */
export function timeOf(clock: Clock): { now: string; offsetMs: number } {
  return { now: new Date(clock.nowMs()).toISOString(), offsetMs: clock.offsetMs };
}

function whatIsNext(store: Store): { nextRenewal: object | null; due: object[] } {
  const [renewal] = renewals(store);
  const due = inOrder(store)
    .filter(({ kind }) => kind !== "webhook.deliver")
    .slice(0, SHOWN)
    .map(({ at, kind, payload }) => ({ at: writeTime(at), kind, ...payload }));
  return { nextRenewal: renewal ? { at: writeTime(renewal.at), ...renewal.of } : null, due };
}

/** The turns ahead of the subscriptions that live, the next one first: renewals, and ends of trials and plans. */
export function renewals(
  store: Store,
  customer?: string,
): Array<{ at: number; of: { subscription: string; customer: string } }> {
  return inOrder(store).flatMap(({ at, kind, payload }) => {
    const id = String(payload.subscription);
    const subscription = kind === "subscription.turn" ? store.objects("subscription").get(id) : undefined;
    if (!subscription || (customer !== undefined && subscription.customer !== customer)) return [];
    return [{ at, of: { subscription: id, customer: subscription.customer } }];
  });
}

const inOrder = (store: Store): Task[] => tasks(store).sort((a, b) => a.at - b.at || a.order - b.order);
const writeTime = (seconds: number): string => new Date(seconds * 1000).toISOString();

/** @throws 400 when the body does not say where to, or names a time that is over */
function targetOf(body: Record<string, unknown>, now: number, store: Store): number {
  const { advanceSeconds, to, customer } = body;
  if (typeof advanceSeconds === "number" && advanceSeconds >= 0) return now + advanceSeconds * 1000;
  if (to === "next_renewal") {
    const [next] = renewals(store, typeof customer === "string" ? customer : undefined);
    if (!next) throw invalid("No subscription has a renewal ahead.", "to");
    return Math.max(now, next.at * 1000);
  }
  const target = typeof to === "string" ? Date.parse(to) : Number.NaN;
  if (Number.isNaN(target)) {
    throw invalid('Send { advanceSeconds: a number from 0 }, { to: a time in ISO form } or { to: "next_renewal" }.');
  }
  if (target < now) throw invalid("The clock only goes forward.", "to");
  return target;
}
