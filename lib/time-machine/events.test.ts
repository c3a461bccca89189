import { expect, test } from "vitest";
import { type EventRow, wordEvent } from "./events";

const event = (type: string, object: EventRow["data"]["object"], previous_attributes?: Record<string, unknown>) =>
  wordEvent({
    id: "evt_1",
    type,
    created: 1_800_000_000,
    data: { object, ...(previous_attributes ? { previous_attributes } : {}) },
  });

test("what happened is told in plain words, with the sum and the invoice", () => {
  const invoice = { number: "A-2", total: 2900, amount_due: 2900, currency: "usd", attempt_count: 2 };
  expect(event("invoice.paid", { ...invoice, hosted_invoice_url: "http://127.0.0.1/i" })).toEqual({
    at: "2027-01-15T08:00:00.000Z",
    text: "Invoice A-2 was paid: $29.00",
    href: "http://127.0.0.1/i",
  });
  expect(event("invoice.payment_failed", invoice)?.text).toBe("Invoice A-2 could not be charged: $29.00, attempt 2");
});

test("a change of the subscription is told by what changed", () => {
  const told = (object: EventRow["data"]["object"], before: Record<string, unknown>) =>
    event("customer.subscription.updated", object, before)?.text;
  expect(told({ status: "past_due" }, { status: "active" })).toBe("The subscription went from active to past due");
  expect(told({ cancel_at: 1 }, { cancel_at: null })).toBe("The subscription was set to end");
  expect(told({}, { metadata: {} })).toBeUndefined();
});

test("events that another says better are left out", () => {
  expect(event("invoice.payment_succeeded", {})).toBeNull();
  expect(event("charge.succeeded", {})).toBeNull();
});
