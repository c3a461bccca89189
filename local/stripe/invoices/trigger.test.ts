import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { triggerEvent } from "../subscriptions/test-trigger.ts";
import { openTestDouble, type TestDouble } from "../test-double.ts";

let bench: TestDouble;
beforeAll(async () => {
  bench = await openTestDouble();
});
afterAll(() => bench.close());

describe("stripe trigger", () => {
  test.each([
    ["invoice.paid", { status: "paid", amount_paid: 2000, attempt_count: 1 }],
    ["invoice.payment_failed", { status: "open", attempt_count: 1, attempted: true }],
    ["invoice.payment_action_required", { status: "open", attempted: true }],
    ["invoice.sent", { status: "open", collection_method: "send_invoice", amount_due: 2000 }],
    ["invoice.marked_uncollectible", { status: "uncollectible" }],
    ["invoice.deleted", { status: "draft" }],
    ["invoiceitem.deleted", { amount: 2000 }],
    ["credit_note.created", { type: "pre_payment", total: 1000, status: "issued" }],
    ["credit_note.updated", { metadata: { foo: "bar" } }],
    ["credit_note.voided", { status: "void" }],
  ])("%s ends well, and the event says what happened", async (type, said) => {
    const event = await triggerEvent(bench, type);
    expect(event.data.object).toMatchObject(said);
  });
});
