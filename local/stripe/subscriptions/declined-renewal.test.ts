import { describe, expect, test } from "vitest";
import { goodCard, sendForm } from "../checkout/test-page.ts";
import { day, hour, openSubscriptionBench } from "./test-bench.ts";
import { subscriber } from "./test-catalogue.ts";

const bench = openSubscriptionBench();

describe("a renewal that is declined", () => {
  const declining = async (number = "4000 0000 0000 0341") => {
    const customer = await bench.stripe.customers.create({ email: "late@example.com" });
    const open = await bench.stripe.checkout.sessions.create({
      mode: "subscription",
      customer: customer.id,
      line_items: [{ price: bench.sold.base.id, quantity: 1 }],
      success_url: "http://localhost:3000/",
    });
    await sendForm(open.url, { act: "pay", ...goodCard, number });
    const { subscription } = await bench.stripe.checkout.sessions.retrieve(open.id);
    const found = await bench.stripe.subscriptions.retrieve(String(subscription));
    await bench.advance((found.items.data[0]?.current_period_end ?? 0) - bench.now() + 2 * hour);
    return { customer, subscription: found };
  };

  test("makes the subscription past due and is retried by the schedule, which alone counts attempts", async () => {
    await bench.double.control("POST", "settings", { endOfRetries: "past_due" });
    const { subscription } = await declining();
    const find = async () => (await bench.invoicesOf(subscription.id))[0];
    expect((await bench.stripe.subscriptions.retrieve(subscription.id)).status).toBe("past_due");
    const failed = await find();
    expect(failed).toMatchObject({ status: "open", attempt_count: 1 });
    expect(failed?.next_payment_attempt).toBeGreaterThan(bench.now());
    await expect(bench.stripe.invoices.pay(failed?.id ?? "")).rejects.toMatchObject({
      type: "StripeCardError",
      code: "card_declined",
    });
    expect(await find()).toMatchObject({ attempt_count: 1, next_payment_attempt: failed?.next_payment_attempt });
    await bench.advance(3 * day);
    expect(await find()).toMatchObject({ attempt_count: 2 });
    await bench.advance(13 * day);
    expect(await find()).toMatchObject({ attempt_count: 4, next_payment_attempt: null, status: "open" });
    expect((await bench.stripe.subscriptions.retrieve(subscription.id)).status).toBe("past_due");
    await bench.types();
    const failures = bench.double.caught.filter(({ event }) => {
      return event.type === "invoice.payment_failed" && event.data.object.id === failed?.id;
    });
    expect(failures).toHaveLength(5);
  });

  test("ends the subscription after the last retry when the account says so", async () => {
    await bench.double.control("POST", "settings", { endOfRetries: "canceled" });
    const { subscription } = await declining();
    await bench.advance(16 * day);
    const ended = await bench.stripe.subscriptions.retrieve(subscription.id);
    expect(ended).toMatchObject({ status: "canceled", cancellation_details: { reason: "payment_failed" } });
    expect(await bench.types()).toContain("customer.subscription.deleted");
  });

  test("by a bank that will never say yes is counted on, but tried again only with another card", async () => {
    await bench.double.control("POST", "settings", { endOfRetries: "past_due" });
    const customer = await subscriber(bench.stripe);
    const made = await bench.hybrid(customer.id);
    await bench.double.control("POST", "dashboard/decline-next", {
      customer: customer.id,
      times: 1,
      decline_code: "lost_card",
      final: true,
    });
    await bench.advance(32 * day);
    const charges = async () => (await bench.stripe.charges.list({ customer: customer.id })).data.length;
    const before = await charges();
    await bench.advance(4 * day);
    expect((await bench.invoicesOf(made.id))[0]).toMatchObject({ status: "open", attempt_count: 2 });
    expect(await charges()).toBe(before);
    const other = await bench.stripe.paymentMethods.attach("pm_card_mastercard", { customer: customer.id });
    await bench.stripe.subscriptions.update(made.id, { default_payment_method: other.id });
    await bench.advance(5 * day);
    expect((await bench.invoicesOf(made.id))[0]).toMatchObject({ status: "paid", attempt_count: 3 });
  });

  test("is made good by another card, at the invoice's own page too", async () => {
    await bench.double.control("POST", "settings", { endOfRetries: "past_due" });
    const { subscription } = await declining();
    const [open] = await bench.invoicesOf(subscription.id);
    const url = open?.hosted_invoice_url ?? "";
    expect((await sendForm(url, { act: "pay", ...goodCard, number: "4000 0000 0000 0002" })).status).toBe(402);
    expect((await sendForm(url, { act: "pay", ...goodCard })).status).toBe(303);
    expect(await (await fetch(url)).text()).toContain("Paid on");
    expect((await bench.stripe.subscriptions.retrieve(subscription.id)).status).toBe("active");
    const pdf = await fetch(open?.invoice_pdf ?? "");
    expect(pdf.headers.get("content-type")).toBe("application/pdf");
    expect(
      Buffer.from(await pdf.arrayBuffer())
        .subarray(0, 5)
        .toString(),
    ).toBe("%PDF-");
  });

  test("is made active again when its invoice is voided or written off", async () => {
    await bench.double.control("POST", "settings", { endOfRetries: "past_due" });
    const { subscription } = await declining();
    const [open] = await bench.invoicesOf(subscription.id);
    await bench.stripe.invoices.markUncollectible(open?.id ?? "");
    expect((await bench.stripe.subscriptions.retrieve(subscription.id)).status).toBe("active");
  });
});
