import type Stripe from "stripe";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTestDouble, refusal, type TestDouble } from "../test-double.ts";

let bench: TestDouble;
let stripe: Stripe;
beforeAll(async () => {
  bench = await openTestDouble();
  stripe = bench.stripe;
});
afterAll(() => bench.close());

const pay = (payment_method = "pm_card_visa") =>
  stripe.paymentIntents.create({ amount: 1000, currency: "usd", payment_method, confirm: true });

async function warn(intent: Stripe.PaymentIntent): Promise<Stripe.Radar.EarlyFraudWarning> {
  const body = { charge: intent.latest_charge, fraud_type: "made_with_stolen_card" };
  const { id } = await bench.control("POST", "dashboard/early-fraud-warning", body);
  return stripe.radar.earlyFraudWarnings.retrieve(String(id));
}

describe("an early fraud warning", () => {
  test("names the charge, its payment and the kind of fraud, moves no money and leaves the charge as it is", async () => {
    const intent = await pay();
    const warning = await warn(intent);
    expect(warning).toMatchObject({
      object: "radar.early_fraud_warning",
      actionable: true,
      charge: intent.latest_charge,
      payment_intent: intent.id,
      fraud_type: "made_with_stolen_card",
    });
    expect(await stripe.charges.retrieve(String(intent.latest_charge))).toMatchObject({
      disputed: false,
      refunded: false,
    });
    const list = await stripe.radar.earlyFraudWarnings.list({ payment_intent: intent.id });
    expect(list.data.map(({ id }) => id)).toEqual([warning.id]);
    expect(await bench.types()).toContain("radar.early_fraud_warning.created");
  });

  test("asks for nothing more once the charge is refunded whole, or disputed", async () => {
    const refunded = await pay();
    const first = await warn(refunded);
    await stripe.refunds.create({ payment_intent: refunded.id, amount: 400 });
    expect((await stripe.radar.earlyFraudWarnings.retrieve(first.id)).actionable).toBe(true);
    await stripe.refunds.create({ payment_intent: refunded.id });
    expect((await stripe.radar.earlyFraudWarnings.retrieve(first.id)).actionable).toBe(false);
    const disputed = await pay();
    const second = await warn(disputed);
    await bench.control("POST", "dashboard/dispute", { payment_intent: disputed.id });
    expect((await stripe.radar.earlyFraudWarnings.retrieve(second.id)).actionable).toBe(false);
    await bench.types();
    const updates = bench.caught.filter(({ event }) => event.type === "radar.early_fraud_warning.updated");
    expect(updates.map(({ event }) => event.data.object)).toMatchObject([{ id: first.id }, { id: second.id }]);
  });

  test("comes by itself with the test card of reported fraud, and once a charge", async () => {
    const intent = await pay("pm_card_createIssuerFraudRecord");
    const { data } = await stripe.radar.earlyFraudWarnings.list({ charge: String(intent.latest_charge) });
    expect(data).toHaveLength(1);
    await expect(warn(intent)).rejects.toThrow("already");
    expect((await refusal(stripe.radar.earlyFraudWarnings.retrieve("issfr_none"))).statusCode).toBe(404);
  });
});
