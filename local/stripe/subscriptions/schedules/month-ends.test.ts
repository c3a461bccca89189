import type Stripe from "stripe";
import { describe, expect, test } from "vitest";
import { day, hour, openSubscriptionBench } from "../test-bench.ts";
import { subscriber } from "../test-catalogue.ts";

const bench = openSubscriptionBench();
const at = (iso: string) => Math.floor(Date.parse(iso) / 1000);
const iso = (seconds: number) => new Date(seconds * 1000).toISOString().slice(0, 10);

type NextPhase = Pick<Stripe.SubscriptionScheduleUpdateParams.Phase, "items">;

async function planNext(subscription: string, next: NextPhase) {
  const made = await bench.stripe.subscriptionSchedules.create({ from_subscription: subscription });
  const [current] = made.phases;
  if (!current) throw new Error("A schedule has at least one phase");
  const items = current.items.map(({ price, quantity }) => ({ price: String(price), quantity }));
  const { start_date, end_date } = current;
  return bench.stripe.subscriptionSchedules.update(made.id, { phases: [{ items, start_date, end_date }, next] });
}

/** The periods of a subscription's items, and of the lines of its last invoice. */
async function periodsOf(id: string) {
  const { items } = await bench.stripe.subscriptions.retrieve(id);
  const [last] = await bench.invoicesOf(id);
  return {
    items: items.data.map((item) => [iso(item.current_period_start), iso(item.current_period_end)]),
    lines: last?.lines.data.map(({ period, amount }) => [iso(period.start), iso(period.end), amount]),
  };
}

describe("a plan that began on the 31st of January", () => {
  test("and changes on the 28th of February has its next periods to the 31st of March and the 30th of April", async () => {
    await bench.advanceTo(at("2027-01-31T10:00:00Z"));
    const customer = await subscriber(bench.stripe);
    const made = await bench.hybrid(customer.id);
    await bench.use(customer.id, 80_000);
    await planNext(made.id, { items: [{ price: bench.sold.pro.id }, { price: bench.sold.overage.id }] });
    await bench.advanceTo(at("2027-02-28T10:00:00Z") + 2 * hour);
    expect(await periodsOf(made.id)).toEqual({
      items: Array(2).fill(["2027-02-28", "2027-03-31"]),
      lines: [
        ["2027-01-31", "2027-02-28", 1000],
        ["2027-02-28", "2027-03-31", 5800],
      ],
    });
    await bench.advanceTo(at("2027-03-31T10:00:00Z") + 2 * hour);
    expect(await periodsOf(made.id)).toEqual({
      items: Array(2).fill(["2027-03-31", "2027-04-30"]),
      lines: [
        ["2027-02-28", "2027-03-31", 0],
        ["2027-03-31", "2027-04-30", 5800],
      ],
    });
    expect(await bench.invoicesOf(made.id)).toHaveLength(3);
  });
});

describe("use at the very end of a period", () => {
  test("is billed with it up to the last second, and from the next second on with the next", async () => {
    const customer = await subscriber(bench.stripe);
    const made = await bench.hybrid(customer.id);
    const end = made.items.data[0]?.current_period_end ?? 0;
    await bench.advanceTo(end - 60);
    await bench.use(customer.id, 8000, end - 1);
    await bench.use(customer.id, 16_000, end);
    await bench.advanceTo(end + 2 * hour);
    const first = (await bench.invoicesOf(made.id))[0];
    expect(first?.lines.data.map(({ quantity }) => quantity)).toEqual([8000, 1]);
    await bench.advance(31 * day);
    const second = (await bench.invoicesOf(made.id))[0];
    expect(second?.lines.data.map(({ quantity }) => quantity)).toEqual([16_000, 1]);
  });
});

describe("a phase that begins when a trial ends", () => {
  test.each([
    [
      "to another plan with its use",
      (): NextPhase["items"] => [{ price: bench.sold.pro.id }, { price: bench.sold.overage.id }],
      5800,
    ],
    ["to the year", (): NextPhase["items"] => [{ price: bench.sold.yearly.id }], 29_000],
    ["to the same plan twice over", (): NextPhase["items"] => [{ price: bench.sold.base.id, quantity: 2 }], 5800],
  ])("%s bills its first period, once, from that second on", async (_case, items, cents) => {
    const customer = await subscriber(bench.stripe);
    const made = await bench.hybrid(customer.id, { trial_period_days: 14 });
    await planNext(made.id, { items: items() });
    const end = made.trial_end ?? 0;
    await bench.advanceTo(end + 40 * day);
    const invoices = (await bench.invoicesOf(made.id)).toReversed();
    const begun = invoices.filter(({ lines }) =>
      lines.data.some(({ amount, period }) => amount > 0 && period.start === end),
    );
    expect(begun.map(({ total }) => total)).toEqual([cents]);
    expect(invoices.map(({ total }) => total)).toEqual(cents === 29_000 ? [0, cents] : [0, cents, cents]);
    const after = await bench.stripe.subscriptions.retrieve(made.id);
    expect(after).toMatchObject({ status: "active", trial_end: end, billing_cycle_anchor: end });
  });
});
