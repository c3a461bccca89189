import { afterAll, beforeAll, expect, test } from "vitest";
import { makeCatalogue } from "../subscriptions/test-catalogue.ts";
import { openTestDouble, refusal, type TestDouble } from "../test-double.ts";

const day = 86_400;
let bench: TestDouble;
beforeAll(async () => {
  bench = await openTestDouble();
});
afterAll(() => bench.close());

const now = () => bench.double.engine.clock.nowSeconds();
const clocks = () => bench.stripe.testHelpers.testClocks;

test("a test clock that advances takes everybody along, renews what it passes, and says when it is ready", async () => {
  const clock = await clocks().create({ frozen_time: now(), name: "Renewal" });
  const { base } = await makeCatalogue(bench.stripe);
  const customer = await bench.stripe.customers.create({
    test_clock: clock.id,
    payment_method: "pm_card_visa",
    invoice_settings: { default_payment_method: "pm_card_visa" },
  });
  await bench.stripe.subscriptions.create({ customer: customer.id, items: [{ price: base.id }] });
  const target = clock.frozen_time + 33 * day;
  expect(await clocks().advance(clock.id, { frozen_time: target })).toMatchObject({
    status: "advancing",
    status_details: { advancing: { target_frozen_time: target } },
  });
  await bench.advance(0);
  await bench.control("POST", "settle");
  await expect.poll(() => clocks().retrieve(clock.id)).toMatchObject({ status: "ready", frozen_time: target });
  expect(now()).toBeGreaterThanOrEqual(target);
  const { data } = await bench.stripe.invoices.list({ customer: customer.id });
  expect(data.map(({ billing_reason, status }) => [billing_reason, status])).toEqual([
    ["subscription_cycle", "paid"],
    ["subscription_create", "paid"],
  ]);
  expect(await bench.types()).toEqual(
    expect.arrayContaining(["test_helpers.test_clock.advancing", "test_helpers.test_clock.ready"]),
  );
});

test("a test clock goes neither back nor further than two periods of its shortest subscription", async () => {
  const clock = await clocks().create({ frozen_time: now() });
  expect((await refusal(clocks().advance(clock.id, { frozen_time: clock.frozen_time - 1 }))).param).toBe("frozen_time");
  const { base } = await makeCatalogue(bench.stripe);
  const customer = await bench.stripe.customers.create({ test_clock: clock.id, payment_method: "pm_card_visa" });
  const [method] = (await bench.stripe.customers.listPaymentMethods(customer.id)).data;
  const items = [{ price: base.id }];
  await bench.stripe.subscriptions.create({ customer: customer.id, items, default_payment_method: method?.id });
  const far = clock.frozen_time + 70 * day;
  expect((await refusal(clocks().advance(clock.id, { frozen_time: far }))).message).toContain("two intervals");
});

test("a test clock has three customers at most, and takes them along when it is deleted", async () => {
  const clock = await clocks().create({ frozen_time: now() });
  const create = () => bench.stripe.customers.create({ test_clock: clock.id });
  const [first] = [await create(), await create(), await create()];
  expect((await refusal(create())).param).toBe("test_clock");
  expect((await refusal(bench.stripe.customers.create({ test_clock: "clock_none" }))).param).toBe("test_clock");
  expect(await clocks().del(clock.id)).toMatchObject({ deleted: true });
  expect(await bench.stripe.customers.retrieve(first.id)).toMatchObject({ deleted: true });
});
