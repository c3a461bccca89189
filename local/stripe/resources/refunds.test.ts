import type Stripe from "stripe";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openTestDouble, refusal, type TestDouble } from "../test-double.ts";

let bench: TestDouble;
let stripe: Stripe;
beforeAll(async () => {
  bench = await openTestDouble();
  stripe = bench.stripe;
});
beforeEach(async () => {
  await bench.types();
  bench.caught.length = 0;
});
afterAll(() => bench.close());

const pay = (payment_method = "pm_card_visa") =>
  stripe.paymentIntents.create({ amount: 1000, currency: "usd", payment_method, confirm: true });
const chargeOf = async (intent: Stripe.PaymentIntent) =>
  stripe.charges.retrieve(String(intent.latest_charge), { expand: ["refunds"] });

describe("a refund", () => {
  test("in parts adds up on the charge, never beyond what was paid", async () => {
    const intent = await pay();
    const first = await stripe.refunds.create({ payment_intent: intent.id, amount: 300, metadata: { why: "kind" } });
    expect(first).toMatchObject({
      status: "succeeded",
      amount: 300,
      charge: intent.latest_charge,
      metadata: { why: "kind" },
    });
    expect(await chargeOf(intent)).toMatchObject({ amount_refunded: 300, refunded: false });
    expect((await refusal(stripe.refunds.create({ payment_intent: intent.id, amount: 701 }))).message).toContain(
      "greater than unrefunded",
    );
    await stripe.refunds.create({ charge: String(intent.latest_charge) });
    const charge = await chargeOf(intent);
    expect(charge).toMatchObject({ amount_refunded: 1000, refunded: true });
    expect(charge.refunds?.data.map(({ amount }) => amount)).toEqual([700, 300]);
    expect((await refusal(stripe.refunds.create({ payment_intent: intent.id }))).code).toBe("charge_already_refunded");
    await bench.types();
    const refunded = bench.caught
      .filter(({ event }) => event.type === "charge.refunded")
      .map(({ event }) => event.data);
    expect(refunded.map(({ object }) => (object as Stripe.Charge).amount_refunded)).toEqual([300, 1000]);
  });

  test("can stay pending and then arrive", async () => {
    const refund = await stripe.refunds.create({ payment_intent: (await pay("pm_card_pendingRefund")).id });
    expect(refund.status).toBe("pending");
    await bench.advance(86_400);
    expect((await stripe.refunds.retrieve(refund.id)).status).toBe("succeeded");
    expect(await bench.types()).toContain("refund.updated");
  });

  test("can stay pending and then fail, which gives the amount back to the charge", async () => {
    const intent = await pay("pm_card_refundFail");
    const refund = await stripe.refunds.create({ payment_intent: intent.id });
    expect(await chargeOf(intent)).toMatchObject({ amount_refunded: 1000, refunded: true });
    await bench.advance(86_400);
    expect(await stripe.refunds.retrieve(refund.id)).toMatchObject({
      status: "failed",
      failure_reason: "lost_or_stolen_card",
    });
    expect(await chargeOf(intent)).toMatchObject({ amount_refunded: 0, refunded: false });
    expect(await bench.types()).toContain("refund.failed");
  });

  test("can be made in the Dashboard, and fail days after it succeeded", async () => {
    const intent = await pay();
    const refund = await bench.control("POST", "dashboard/refund", { payment_intent: intent.id, amount: 400 });
    expect((await stripe.refunds.retrieve(String(refund.id))).status).toBe("succeeded");
    await bench.control("POST", "dashboard/fail-refund", { refund: refund.id });
    expect((await stripe.refunds.retrieve(String(refund.id))).status).toBe("failed");
    expect((await chargeOf(intent)).amount_refunded).toBe(0);
  });

  test("can wait for the customer, who is written to, and be called back until then", async () => {
    const intent = await pay();
    const body = { payment_intent: intent.id, amount: 400, status: "requires_action" };
    const { id } = await bench.control("POST", "dashboard/refund", body);
    const waiting = await stripe.refunds.retrieve(String(id));
    expect(waiting).toMatchObject({ status: "requires_action", next_action: { type: "display_details" } });
    expect((await chargeOf(intent)).amount_refunded).toBe(400);
    const canceled = await stripe.refunds.cancel(waiting.id);
    expect(canceled.status).toBe("canceled");
    expect(canceled.next_action).toBeUndefined();
    expect((await chargeOf(intent)).amount_refunded).toBe(0);
  });

  test("that is pending is called back in the Dashboard only, and can arrive by hand", async () => {
    const intent = await pay("pm_card_pendingRefund");
    const [one, other] = [
      await stripe.refunds.create({ payment_intent: intent.id, amount: 300 }),
      await stripe.refunds.create({ payment_intent: intent.id, amount: 200 }),
    ];
    expect((await refusal(stripe.refunds.cancel(one.id))).message).toContain("pending");
    await bench.control("POST", "dashboard/cancel-refund", { refund: one.id });
    await bench.control("POST", "dashboard/finish-refund", { refund: other.id });
    expect((await chargeOf(intent)).amount_refunded).toBe(200);
    expect((await stripe.refunds.retrieve(one.id)).status).toBe("canceled");
    expect((await stripe.refunds.retrieve(other.id)).status).toBe("succeeded");
    await bench.advance(86_400);
    expect((await chargeOf(intent)).amount_refunded).toBe(200);
  });

  test("of a payment that was never made is refused", async () => {
    const intent = await stripe.paymentIntents.create({ amount: 1000, currency: "usd" });
    expect(await refusal(stripe.refunds.create({ payment_intent: intent.id }))).toMatchObject({ statusCode: 400 });
  });
});

describe("a dispute", () => {
  test("takes the money and a fee at once, blocks refunds, and gives the money back when it is won", async () => {
    const intent = await pay();
    const dispute = await bench.control("POST", "dashboard/dispute", { payment_intent: intent.id });
    expect(dispute).toMatchObject({ status: "needs_response", reason: "fraudulent", amount: 1000 });
    expect((await stripe.disputes.retrieve(String(dispute.id))).balance_transactions).toMatchObject([
      { amount: -1000, fee: 1500 },
    ]);
    expect((await refusal(stripe.refunds.create({ payment_intent: intent.id }))).code).toBe("charge_disputed");
    await bench.control("POST", "dashboard/close-dispute", { dispute: dispute.id, outcome: "won" });
    expect(await bench.types()).toEqual(
      expect.arrayContaining([
        "charge.dispute.created",
        "charge.dispute.funds_withdrawn",
        "charge.dispute.closed",
        "charge.dispute.funds_reinstated",
      ]),
    );
    expect((await stripe.disputes.retrieve(String(dispute.id))).status).toBe("won");
  });

  test("of the disputed test card opens by itself; an inquiry moves no money", async () => {
    const intent = await pay("pm_card_createDisputeInquiry");
    const [inquiry] = (await stripe.disputes.list({ payment_intent: intent.id })).data;
    expect(inquiry).toMatchObject({ status: "warning_needs_response", balance_transactions: [] });
    expect((await chargeOf(intent)).disputed).toBe(false);
    expect((await stripe.disputes.close(inquiry?.id ?? "")).status).toBe("warning_closed");
    expect(await bench.types()).not.toContain("charge.dispute.funds_withdrawn");
  });
});
