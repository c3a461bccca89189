import type Stripe from "stripe";
import { describe, expect, test } from "vitest";
import { refusal } from "../../test-double.ts";
import { day, openSubscriptionBench } from "../test-bench.ts";

const bench = openSubscriptionBench();

type PhaseParams = Stripe.SubscriptionScheduleUpdateParams.Phase;

describe("a schedule is refused", () => {
  test("for a subscription that has one, or has ended", async () => {
    const { subscription } = await bench.subscribed();
    await bench.stripe.subscriptionSchedules.create({ from_subscription: subscription.id });
    const second = await refusal(bench.stripe.subscriptionSchedules.create({ from_subscription: subscription.id }));
    expect(second.message).toContain("already attached to a schedule");
    await bench.stripe.subscriptions.cancel(subscription.id);
    const ended = await bench.subscribed();
    await bench.stripe.subscriptions.cancel(ended.subscription.id);
    const late = await refusal(bench.stripe.subscriptionSchedules.create({ from_subscription: ended.subscription.id }));
    expect(late.message).toContain("`canceled` status");
  });

  test("with anything beside from_subscription", async () => {
    const { subscription } = await bench.subscribed();
    const error = await refusal(
      bench.stripe.subscriptionSchedules.create({ from_subscription: subscription.id, metadata: { a: "1" } }),
    );
    expect(error).toMatchObject({ statusCode: 400, param: "metadata" });
  });

  test("when a cancellation is asked of its subscription directly", async () => {
    const { subscription } = await bench.subscribed();
    const schedule = await bench.stripe.subscriptionSchedules.create({ from_subscription: subscription.id });
    const error = await refusal(bench.stripe.subscriptions.update(subscription.id, { cancel_at: "max_period_end" }));
    expect(error.message).toBe(
      `The subscription is managed by the subscription schedule \`${schedule.id}\`, and updating any cancelation behavior directly is not allowed. Please update the schedule instead.`,
    );
  });

  test.each<[string, (now: number) => PhaseParams[], string]>([
    ["without a start", () => [{ items: [{ price: "base" }] }], "phases[0][start_date]"],
    ["without the current phase", (now) => [{ items: [{ price: "base" }], start_date: now + day }], "phases"],
    [
      "with a quantity on a metered price",
      (now) => [{ items: [{ price: "overage", quantity: 1 }], start_date: now }],
      "phases[0][items][0][quantity]",
    ],
    [
      "with a price twice",
      (now) => [{ items: [{ price: "base" }, { price: "base" }], start_date: now }],
      "phases[0][items]",
    ],
    [
      "with a gap between phases",
      (now) => [
        { items: [{ price: "base" }], start_date: now, end_date: now + 40 * day },
        { items: [{ price: "pro" }], start_date: now + 41 * day },
      ],
      "phases[1][start_date]",
    ],
    [
      "with a phase that ends before it begins",
      (now) => [{ items: [{ price: "base" }], start_date: now, end_date: now - day }],
      "phases[0][end_date]",
    ],
    [
      "with eleven phases",
      (now) =>
        Array.from({ length: 11 }, (_, at) => ({
          items: [{ price: "base" }],
          ...(at === 0 ? { start_date: now } : {}),
          duration: { interval: "month" as const },
        })),
      "phases",
    ],
  ])("%s", async (_case, phases, param) => {
    const { subscription, item } = await bench.subscribed();
    const made = await bench.stripe.subscriptionSchedules.create({ from_subscription: subscription.id });
    const ids: Record<string, string> = {
      base: bench.sold.base.id,
      pro: bench.sold.pro.id,
      overage: bench.sold.overage.id,
    };
    const sent = phases(item.current_period_start).map((phase) => ({
      ...phase,
      items: phase.items.map((entry) => ({ ...entry, price: ids[entry.price ?? ""] })),
    }));
    expect(await refusal(bench.stripe.subscriptionSchedules.update(made.id, { phases: sent }))).toMatchObject({
      statusCode: 400,
      param,
    });
  });
});
