import type Stripe from "stripe";
import { describe, expect, test } from "vitest";
import { openSubscriptionBench } from "../subscriptions/test-bench.ts";
import { subscriber } from "../subscriptions/test-catalogue.ts";
import { refusal } from "../test-double.ts";

const bench = openSubscriptionBench();

async function openInvoice(amount = 2000): Promise<Stripe.Invoice> {
  const customer = await subscriber(bench.stripe);
  await bench.stripe.invoiceItems.create({ customer: customer.id, amount, currency: "usd", description: "A line" });
  const draft = await bench.stripe.invoices.create({
    customer: customer.id,
    pending_invoice_items_behavior: "include",
  });
  return bench.stripe.invoices.finalizeInvoice(draft.id);
}
const paidInvoice = async () => bench.stripe.invoices.pay((await openInvoice()).id);
const credit = (invoice: Stripe.Invoice, params: Partial<Stripe.CreditNoteCreateParams>) =>
  bench.stripe.creditNotes.create({ invoice: invoice.id, ...params });

describe("a credit note on an open invoice", () => {
  test("takes its sum off what is owed, and the rest is what is charged", async () => {
    const invoice = await openInvoice();
    const note = await credit(invoice, { amount: 500 });
    expect(note).toMatchObject({ type: "pre_payment", total: 500, pre_payment_amount: 500, status: "issued" });
    expect(await bench.stripe.invoices.retrieve(invoice.id)).toMatchObject({
      total: 2000,
      amount_due: 1500,
      amount_remaining: 1500,
      pre_payment_credit_notes_amount: 500,
    });
    expect(await bench.stripe.invoices.pay(invoice.id)).toMatchObject({ status: "paid", amount_paid: 1500 });
    const [charge] = (await bench.stripe.charges.list({ customer: String(invoice.customer) })).data;
    expect(charge?.amount).toBe(1500);
    expect(await bench.types()).toContain("credit_note.created");
  });

  test("over all of it makes the invoice paid, with no money taken", async () => {
    const invoice = await openInvoice();
    await credit(invoice, { amount: 2000 });
    expect(await bench.stripe.invoices.retrieve(invoice.id)).toMatchObject({ status: "paid", amount_paid: 0 });
    expect((await bench.stripe.charges.list({ customer: String(invoice.customer) })).data).toEqual([]);
    expect(await bench.types()).toContain("invoice.paid");
  });

  test("beyond what is owed gives back what the balance had paid, and only that way", async () => {
    const customer = await subscriber(bench.stripe);
    await bench.stripe.customers.update(customer.id, { balance: -900 });
    await bench.stripe.invoiceItems.create({ customer: customer.id, amount: 2900, currency: "usd" });
    const draft = await bench.stripe.invoices.create({
      customer: customer.id,
      pending_invoice_items_behavior: "include",
    });
    const open = await bench.stripe.invoices.finalizeInvoice(draft.id);
    expect(open).toMatchObject({ amount_remaining: 2000, status: "open" });
    expect((await refusal(credit(open, { amount: 2900 }))).message).toContain(
      "must equal the credit note amount (900)",
    );
    const note = await credit(open, { amount: 2900, credit_amount: 900 });
    expect(note).toMatchObject({ type: "mixed", pre_payment_amount: 2000, post_payment_amount: 900 });
    expect(await bench.stripe.invoices.retrieve(open.id)).toMatchObject({ status: "paid", amount_paid: 0 });
    expect(await bench.stripe.customers.retrieve(customer.id)).toMatchObject({ balance: -900 });
  });

  test("can be voided while the invoice is open: the money is owed again", async () => {
    const invoice = await openInvoice();
    const note = await credit(invoice, { amount: 500 });
    expect((await bench.stripe.creditNotes.voidCreditNote(note.id)).status).toBe("void");
    expect(await bench.stripe.invoices.pay(invoice.id)).toMatchObject({ status: "paid", amount_paid: 2000 });
    expect(await bench.types()).toContain("credit_note.voided");
  });
});

describe("a credit note on a paid invoice", () => {
  test("refunds the money", async () => {
    const invoice = await paidInvoice();
    const note = await credit(invoice, {
      lines: [{ type: "invoice_line_item", invoice_line_item: invoice.lines.data[0]?.id, amount: 700 }],
      refund_amount: 700,
      reason: "product_unsatisfactory",
    });
    expect(note).toMatchObject({ type: "post_payment", post_payment_amount: 700, refunds: [{ amount_refunded: 700 }] });
    const [refund] = (await bench.stripe.refunds.list()).data;
    expect(refund).toMatchObject({ id: note.refunds[0]?.refund, amount: 700, status: "succeeded" });
    expect((await bench.stripe.invoices.retrieve(invoice.id)).post_payment_credit_notes_amount).toBe(700);
    const pdf = await fetch(note.pdf);
    expect(pdf.headers.get("content-type")).toBe("application/pdf");
  });

  test("to the balance makes no refund, and voiding it takes the credit back", async () => {
    const invoice = await paidInvoice();
    const customer = String(invoice.customer);
    const note = await credit(invoice, { amount: 800, credit_amount: 800 });
    expect(note.refunds).toEqual([]);
    expect(await bench.stripe.customers.retrieve(customer)).toMatchObject({ balance: -800 });
    await bench.stripe.creditNotes.voidCreditNote(note.id);
    expect(await bench.stripe.customers.retrieve(customer)).toMatchObject({ balance: 0 });
  });

  test("outside of Stripe moves no money, and a refund made before can be linked", async () => {
    const invoice = await paidInvoice();
    expect(await credit(invoice, { amount: 300, out_of_band_amount: 300 })).toMatchObject({ out_of_band_amount: 300 });
    const [charge] = (await bench.stripe.charges.list({ customer: String(invoice.customer) })).data;
    const refund = await bench.stripe.refunds.create({ charge: charge?.id, amount: 400 });
    const linked = await credit(invoice, { amount: 400, refunds: [{ refund: refund.id, amount_refunded: 400 }] });
    expect(linked.refunds).toMatchObject([{ refund: refund.id, amount_refunded: 400 }]);
    expect(linked.number).toMatch(/-CN-02$/);
    const listed = await bench.stripe.creditNotes.list({ invoice: invoice.id });
    expect(listed.data.map(({ total }) => total)).toEqual([400, 300]);
  });

  test("credits no more than refunds made without one have left", async () => {
    const invoice = await paidInvoice();
    const [charge] = (await bench.stripe.charges.list({ customer: String(invoice.customer) })).data;
    const refund = await bench.stripe.refunds.create({ charge: charge?.id, amount: 1500 });
    expect((await refusal(credit(invoice, { amount: 501, credit_amount: 501 }))).param).toBe("amount");
    await credit(invoice, { amount: 1500, refunds: [{ refund: refund.id }] });
    expect((await credit(invoice, { amount: 500, credit_amount: 500 })).total).toBe(500);
  });

  test("is refused when its ways do not add up, or it is more than was paid", async () => {
    const invoice = await paidInvoice();
    expect((await refusal(credit(invoice, { amount: 500 }))).message).toContain("must equal the credit note amount");
    expect((await refusal(credit(invoice, { amount: 2001, refund_amount: 2001 }))).param).toBe("amount");
    expect((await refusal(credit(invoice, {}))).code).toBe("parameter_missing");
  });

  test("over any sum comes to that sum to the cent, however discounts and taxes round", async () => {
    const customer = await subscriber(bench.stripe);
    await bench.stripe.customers.update(customer.id, { address: { country: "DE" } });
    const coupon = await bench.stripe.coupons.create({ percent_off: 7, duration: "once" });
    for (const amount of [333, 1001, 77]) {
      await bench.stripe.invoiceItems.create({ customer: customer.id, amount, currency: "usd" });
    }
    const draft = await bench.stripe.invoices.create({
      customer: customer.id,
      pending_invoice_items_behavior: "include",
      discounts: [{ coupon: coupon.id }],
      automatic_tax: { enabled: true },
    });
    const paid = await bench.stripe.invoices.pay(draft.id);
    let left = paid.total;
    for (const amount of [1, 97, 333, 501, paid.total - 932]) {
      const note = await credit(paid, { amount, credit_amount: amount });
      const tax = (note.total_taxes ?? []).reduce((sum, row) => sum + row.amount, 0);
      expect(note.total).toBe(amount);
      expect(note.subtotal - note.discount_amount + tax).toBe(amount);
      expect(note.lines.data.reduce((sum, line) => sum + line.amount, 0)).toBe(note.subtotal);
      left -= amount;
    }
    expect(left).toBe(0);
    expect((await refusal(credit(paid, { amount: 1, credit_amount: 1 }))).param).toBe("amount");
  });

  test("is refused for more of a line than is left of it, or less than nothing", async () => {
    const customer = await subscriber(bench.stripe);
    for (const amount of [1000, 500]) {
      await bench.stripe.invoiceItems.create({ customer: customer.id, amount, currency: "usd" });
    }
    const draft = await bench.stripe.invoices.create({
      customer: customer.id,
      pending_invoice_items_behavior: "include",
    });
    const paid = await bench.stripe.invoices.pay(draft.id);
    const small = paid.lines.data.find(({ amount }) => amount === 500);
    const ofLine = (amount: number) => ({
      lines: [{ type: "invoice_line_item" as const, invoice_line_item: small?.id, amount }],
      credit_amount: amount,
    });
    const first = await credit(paid, ofLine(400));
    expect((await refusal(credit(paid, ofLine(200)))).param).toBe("lines[0][amount]");
    expect((await refusal(credit(paid, ofLine(-50)))).param).toBe("lines[0][amount]");
    await bench.stripe.creditNotes.voidCreditNote(first.id);
    expect((await credit(paid, ofLine(500))).total).toBe(500);
  });

  test("is refused a refund that is not of its invoice, or more of one than it was", async () => {
    const [invoice, other] = [await paidInvoice(), await paidInvoice()];
    const refundOf = async (row: Stripe.Invoice) => {
      const [charge] = (await bench.stripe.charges.list({ customer: String(row.customer) })).data;
      return (await bench.stripe.refunds.create({ charge: charge?.id, amount: 400 })).id;
    };
    const link = (refund: string, amount: number) =>
      credit(invoice, { amount, refunds: [{ refund, amount_refunded: amount }] });
    expect((await refusal(link(await refundOf(other), 400))).param).toBe("refunds[0][refund]");
    const own = await refundOf(invoice);
    expect((await refusal(link(own, 401))).param).toBe("refunds[0][amount_refunded]");
    await link(own, 300);
    expect((await refusal(link(own, 200))).param).toBe("refunds[0][amount_refunded]");
    expect((await link(own, 100)).total).toBe(100);
  });

  test("on a discounted and taxed invoice credits what the lines came to", async () => {
    const customer = await subscriber(bench.stripe);
    await bench.stripe.customers.update(customer.id, { address: { country: "DE" } });
    const coupon = await bench.stripe.coupons.create({ percent_off: 10, duration: "once" });
    await bench.stripe.invoiceItems.create({ customer: customer.id, amount: 1000, currency: "usd" });
    const draft = await bench.stripe.invoices.create({
      customer: customer.id,
      pending_invoice_items_behavior: "include",
      discounts: [{ coupon: coupon.id }],
      automatic_tax: { enabled: true },
    });
    const paid = await bench.stripe.invoices.pay(draft.id);
    expect(paid.total).toBe(1080);
    const params = { invoice: paid.id, amount: 1080, refund_amount: 1080 };
    expect((await bench.stripe.creditNotes.preview(params)).total).toBe(1080);
    const note = await credit(paid, { amount: 1080, refund_amount: 1080 });
    expect(note).toMatchObject({ total: 1080, subtotal: 1000, discount_amount: 100, total_excluding_tax: 900 });
  });
});
