import { describe, expect, test } from "vitest";
import { clawBackTarget } from "./allowance";
import {
  type CreditNote,
  type Dispute,
  earlyFraudAnswer,
  endsPlan,
  isFraud,
  type Refund,
  type Returns,
  returnedCents,
  shareOf,
  unspentCents,
} from "./returns";

const none: Returns = { refunds: [], disputes: [], notes: [] };
const refund = (cents: number, status = "succeeded", id = `re_${cents}_${status}`): Refund => ({ id, cents, status });
const dispute = (cents: number, status: string, reason = "general"): Dispute => ({
  id: `dp_${cents}`,
  cents,
  status,
  reason,
});
const note = (cents: number, more: Partial<CreditNote> = {}): CreditNote => ({
  id: `cn_${cents}`,
  cents,
  refunds: [],
  lines: [],
  ...more,
});
const inNumbers = (share: { returned: bigint; charged: bigint }) => Number(share.returned) / Number(share.charged);

describe("what stands returned", () => {
  test.each([
    ["succeeded", 100],
    ["pending", 100],
    ["requires_action", 100],
    ["failed", 0],
    ["canceled", 0],
    ["something new", 0],
  ])("a refund that is %s counts %d of 100", (status, cents) => {
    expect(returnedCents({ ...none, refunds: [refund(100, status)] })).toBe(cents);
  });

  test.each([
    ["needs_response", 100],
    ["under_review", 100],
    ["appeal_needs_response", 100],
    ["appeal_under_review", 100],
    ["lost", 100],
    ["won", 0],
    ["prevented", 0],
    ["warning_needs_response", 0],
    ["warning_under_review", 0],
    ["warning_closed", 0],
  ])("a dispute that is %s counts %d of 100", (status, cents) => {
    expect(returnedCents({ ...none, disputes: [dispute(100, status)] })).toBe(cents);
  });

  test("a credit note counts what it gave to the balance or out of band, and not its refunds a second time", () => {
    const refunds = [refund(30, "succeeded", "re_1")];
    const notes = [note(100, { refunds: [{ refund: "re_1", cents: 30 }] })];
    expect(returnedCents({ ...none, refunds, notes })).toBe(100);
  });

  test("refund, dispute and credit note add up, and never to more than all of it", () => {
    const all = { refunds: [refund(50)], disputes: [dispute(80, "lost")], notes: [note(10)] };
    expect(returnedCents(all)).toBe(140);
    expect(shareOf(100, null, all)).toEqual({ returned: 1n, charged: 1n });
  });
});

describe("the share of an invoice's base line", () => {
  // 2,900 for the plan and 1,000 for overage: 3,900 charged.
  const base = { ids: ["il_base"], netCents: 2_900, invoiceCents: 3_900 };

  test("without a credit note is that of the invoice as a whole", () => {
    expect(inNumbers(shareOf(3_900, base, { ...none, refunds: [refund(1_950)] }))).toBe(0.5);
  });

  test("with a credit note's lines is what they give back of it, and overage alone takes no allowance", () => {
    const overage = note(1_000, { lines: [{ line: "il_overage", cents: 1_000 }] });
    expect(inNumbers(shareOf(3_900, base, { ...none, notes: [overage] }))).toBe(0);
    const half = note(1_450, { lines: [{ line: "il_base", cents: 1_450 }] });
    expect(inNumbers(shareOf(3_900, base, { ...none, notes: [overage, half] }))).toBe(0.5);
  });

  test("follows the refunds of a credit note with lines: one that failed has given nothing back", () => {
    const lined = (status: string) => ({
      ...none,
      refunds: [refund(2_900, status, "re_1")],
      notes: [note(2_900, { refunds: [{ refund: "re_1", cents: 2_900 }], lines: [{ line: "il_base", cents: 2_900 }] })],
    });
    expect(inNumbers(shareOf(3_900, base, lined("succeeded")))).toBe(1);
    expect(inNumbers(shareOf(3_900, base, lined("failed")))).toBe(0);
  });

  test("adds what is about the whole invoice to what is about its line", () => {
    const lined = note(1_450, { lines: [{ line: "il_base", cents: 1_450 }] });
    const share = shareOf(3_900, base, { ...none, refunds: [refund(975)], notes: [lined] });
    expect(inNumbers(share)).toBe(0.75);
  });

  test("takes tax with its line: the share is of the line, whatever tax was added to it", () => {
    const withTax = note(1_726, { lines: [{ line: "il_base", cents: 1_450 }] });
    expect(inNumbers(shareOf(4_641, base, { ...none, notes: [withTax] }))).toBeCloseTo(0.5, 3);
  });

  test("counts a note's own words for the whole invoice", () => {
    const words = note(1_950, { lines: [{ line: null, cents: 1_950 }] });
    expect(inNumbers(shareOf(3_900, base, { ...none, notes: [words] }))).toBe(0.5);
  });
});

test("what nothing was charged for has nothing to give back", () => {
  expect(shareOf(0, null, { ...none, refunds: [refund(10)] })).toEqual({ returned: 0n, charged: 1n });
});

describe("a dispute", () => {
  test.each([
    ["fraudulent", "needs_response", true, true],
    ["fraudulent", "lost", true, true],
    ["fraudulent", "won", false, false],
    ["fraudulent", "warning_needs_response", false, false],
    ["subscription_canceled", "under_review", false, true],
    ["product_not_received", "lost", false, false],
  ])("for %s that is %s: fraud %s, ends the plan %s", (reason, status, fraud, ends) => {
    expect([isFraud({ reason, status }), endsPlan({ reason, status })]).toEqual([fraud, ends]);
  });
});

describe("the refund of a pack's unspent share", () => {
  const pack = { chargedCents: 1_000, returnedCents: 0, credits: 50_000 };
  test("is of the credits that are left, rounded down", () => {
    expect(unspentCents({ ...pack, unspent: 50_000 })).toBe(1_000);
    expect(unspentCents({ ...pack, unspent: 25_000 })).toBe(500);
    expect(unspentCents({ ...pack, unspent: 49 })).toBe(0);
  });
  test("is never more than what has not gone back already", () => {
    expect(unspentCents({ ...pack, returnedCents: 900, unspent: 25_000 })).toBe(100);
    expect(unspentCents({ ...pack, returnedCents: 1_000, unspent: 25_000 })).toBe(0);
  });
  test("never asks for more credits by the formula than are there", () => {
    for (const [chargedCents, returned, credits, unspent] of [
      [599, 0, 50_000, 33_333],
      [2_200, 733, 200_000, 1],
      [7, 3, 1_000_000, 499_999],
      [9_999, 1, 3, 2],
    ] as const) {
      const cents = unspentCents({ chargedCents, returnedCents: returned, credits, unspent });
      const before = clawBackTarget(credits, { returned, charged: chargedCents }, 0);
      const after = clawBackTarget(credits, { returned: returned + cents, charged: chargedCents }, 0);
      expect(after - before).toBeLessThanOrEqual(unspent);
    }
  });
});

describe("an early fraud warning", () => {
  const policy = { earlyFraud: "refund", earlyFraudRefundUpToCents: 1_000 } as const;
  const payment = { chargedCents: 1_000, returnedCents: 0, isDisputed: false, isActionable: true };
  test.each([
    ["is answered by a refund up to the limit", payment, "refund"],
    ["is for a founder to decide above it", { ...payment, chargedCents: 1_001 }, "alert"],
    ["refunds what is left of a payment", { ...payment, chargedCents: 1_500, returnedCents: 500 }, "refund"],
    ["refunds nothing that has gone back", { ...payment, returnedCents: 1_000 }, "alert"],
    ["refunds nothing that is disputed", { ...payment, isDisputed: true }, "alert"],
    ["refunds nothing once Stripe says it is too late", { ...payment, isActionable: false }, "alert"],
  ])("%s", (_, facts, answer) => {
    expect(earlyFraudAnswer(facts, policy)).toBe(answer);
    expect(earlyFraudAnswer(facts, { ...policy, earlyFraud: "alert" })).toBe("alert");
  });
});
