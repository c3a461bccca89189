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
const chargeOf = (intent: Stripe.PaymentIntent) => stripe.charges.retrieve(String(intent.latest_charge));
const act = async (name: string, body: object) =>
  (await bench.control("POST", `dashboard/${name}`, body)) as unknown as Stripe.Dispute;
const dispute = (intent: Stripe.PaymentIntent, body: object = {}) =>
  act("dispute", { payment_intent: intent.id, ...body });
const moved = ({ balance_transactions: lines }: Stripe.Dispute) => lines.map(({ amount }) => amount);

describe("evidence", () => {
  test("can be kept for later, and sent once; then the bank looks at it", async () => {
    const { id } = await dispute(await pay());
    const staged = await stripe.disputes.update(id, { evidence: { product_description: "Credits" }, submit: false });
    expect(staged).toMatchObject({
      status: "needs_response",
      evidence: { product_description: "Credits" },
      evidence_details: { has_evidence: true, submission_count: 0 },
    });
    const sent = await stripe.disputes.update(id, { evidence: { access_activity_log: "2026-11-01 3 credits" } });
    expect(sent).toMatchObject({
      status: "under_review",
      evidence: { product_description: "Credits", access_activity_log: "2026-11-01 3 credits" },
      evidence_details: { submission_count: 1, submission_method: "manual" },
    });
    expect((await refusal(stripe.disputes.update(id, { evidence: { receipt: "" } }))).message).toContain("submitted");
    await act("close-dispute", { dispute: id, outcome: "won" });
    expect((await refusal(stripe.disputes.update(id, { submit: true }))).message).toContain("already closed");
  });

  test("is refused when it is too long or names a file; words about the dispute send none", async () => {
    const { id } = await dispute(await pay());
    const long = { uncategorized_text: "x".repeat(150_001) };
    expect((await refusal(stripe.disputes.update(id, { evidence: long }))).param).toBe("evidence");
    const file = { receipt: "file_1" };
    expect((await refusal(stripe.disputes.update(id, { evidence: file }))).param).toBe("evidence[receipt]");
    expect(await stripe.disputes.update(id, { metadata: { seen: "yes" } })).toMatchObject({
      status: "needs_response",
      metadata: { seen: "yes" },
    });
  });

  test("of Stripe's test words decides at once", async () => {
    const decide = async (words: string, reason = "fraudulent") => {
      const { id } = await dispute(await pay(), { reason });
      await stripe.disputes.update(id, { evidence: { uncategorized_text: words } });
      await bench.types();
      return (await stripe.disputes.retrieve(id)).status;
    };
    expect(await decide("winning_evidence")).toBe("won");
    expect(await decide("losing_evidence")).toBe("lost");
    expect(await decide("escalate_inquiry_evidence", "inquiry")).toBe("needs_response");
  });
});

describe("a dispute", () => {
  test("of part of a charge takes that part, and no more than the charge is ever disputed", async () => {
    const intent = await pay();
    const part = await dispute(intent, { amount: 400, reason: "product_not_received" });
    expect(part).toMatchObject({ amount: 400, reason: "product_not_received" });
    expect(moved(part)).toEqual([-400]);
    await expect(dispute(intent, { amount: 601 })).rejects.toThrow("not disputed yet (600)");
    await act("close-dispute", { dispute: part.id, outcome: "lost" });
    expect((await refusal(stripe.refunds.create({ payment_intent: intent.id, amount: 601 }))).code).toBe(
      "amount_too_large",
    );
    expect((await stripe.refunds.create({ payment_intent: intent.id })).amount).toBe(600);
  });

  test("that was lost leaves nothing to refund; one that was won can be refunded", async () => {
    const [lost, won] = [await pay(), await pay()];
    await act("close-dispute", { dispute: (await dispute(lost)).id, outcome: "lost" });
    expect((await refusal(stripe.refunds.create({ payment_intent: lost.id }))).code).toBe("charge_disputed");
    await act("close-dispute", { dispute: (await dispute(won)).id, outcome: "won" });
    expect((await chargeOf(won)).disputed).toBe(false);
    expect((await stripe.refunds.create({ payment_intent: won.id })).amount).toBe(1000);
  });

  test("makes refunds fail that had not arrived yet", async () => {
    const intent = await pay("pm_card_pendingRefund");
    const refund = await stripe.refunds.create({ payment_intent: intent.id, amount: 300 });
    await dispute(intent);
    expect(await stripe.refunds.retrieve(refund.id)).toMatchObject({
      status: "failed",
      failure_reason: "charge_for_pending_refund_disputed",
    });
    expect((await chargeOf(intent)).amount_refunded).toBe(0);
  });

  test("that nobody answers in time is lost, and may be appealed", async () => {
    const { id, evidence_details: details } = await dispute(await pay());
    await bench.advance((details.due_by ?? 0) - bench.double.engine.clock.nowSeconds());
    expect(await stripe.disputes.retrieve(id)).toMatchObject({ status: "lost", evidence_details: { past_due: true } });
    expect((await act("appeal-dispute", { dispute: id })).status).toBe("appeal_needs_response");
    const appealed = await stripe.disputes.update(id, { evidence: { uncategorized_text: "Look again" } });
    expect(appealed.status).toBe("appeal_under_review");
    const won = await act("close-dispute", { dispute: id, outcome: "won" });
    expect(moved(won)).toEqual([-1000, 1000]);
  });

  test("of a bank debit is lost from the start", async () => {
    const method = await stripe.paymentMethods.create({
      type: "sepa_debit",
      sepa_debit: { iban: "AT611904300234573201" },
      billing_details: { name: "Debit", email: "debit@disputes.test" },
    });
    const customer = await stripe.customers.create({ payment_method: method.id });
    const intent = await stripe.paymentIntents.create({
      amount: 1000,
      currency: "eur",
      customer: customer.id,
      payment_method: method.id,
      confirm: true,
    });
    await bench.advance(4 * 86_400);
    expect(await dispute(intent, { reason: "debit_not_authorized" })).toMatchObject({ status: "lost" });
    expect(await bench.types()).toContain("charge.dispute.closed");
  });

  test("the card network prevented moves no money, or gives back what was taken", async () => {
    const intent = await pay();
    const early = await act("prevent-dispute", { payment_intent: intent.id, refund: true });
    expect(early).toMatchObject({ status: "prevented", balance_transactions: [] });
    expect((await chargeOf(intent)).refunded).toBe(true);
    const late = await dispute(await pay());
    expect(moved(await act("prevent-dispute", { dispute: late.id }))).toEqual([-1000, 1000]);
    await expect(act("close-dispute", { dispute: late.id, outcome: "lost" })).rejects.toThrow("already closed");
  });
});

describe("an inquiry", () => {
  test("that escalates takes the money and blocks refunds", async () => {
    const intent = await pay();
    const inquiry = await dispute(intent, { reason: "inquiry" });
    expect(inquiry).toMatchObject({ status: "warning_needs_response", is_charge_refundable: true });
    const answered = await stripe.disputes.update(inquiry.id, {
      evidence: { uncategorized_text: "They asked for it" },
    });
    expect(answered.status).toBe("warning_under_review");
    const escalated = await act("escalate-inquiry", { dispute: inquiry.id });
    expect(escalated).toMatchObject({ status: "needs_response", is_charge_refundable: false });
    expect(moved(escalated)).toEqual([-1000]);
    expect((await refusal(stripe.refunds.create({ payment_intent: intent.id }))).code).toBe("charge_disputed");
    expect(await bench.types()).toEqual(
      expect.arrayContaining(["charge.dispute.updated", "charge.dispute.funds_withdrawn"]),
    );
  });

  test("closes when the charge is refunded whole, not before, or after 120 days", async () => {
    const intent = await pay();
    const { id } = await dispute(intent, { reason: "inquiry" });
    await stripe.refunds.create({ payment_intent: intent.id, amount: 400 });
    expect((await stripe.disputes.retrieve(id)).status).toBe("warning_needs_response");
    await stripe.refunds.create({ payment_intent: intent.id });
    expect((await stripe.disputes.retrieve(id)).status).toBe("warning_closed");
    const forgotten = await dispute(await pay(), { reason: "inquiry" });
    await bench.advance(120 * 86_400);
    expect((await stripe.disputes.retrieve(forgotten.id)).status).toBe("warning_closed");
  });
});
