import { beforeAll, describe, expect, test, vi } from "vitest";
import { mailKinds, renderMail } from "./mails";

beforeAll(() => {
  vi.stubEnv("MAIL_FROM", "Northwind <hello@example.com>");
  vi.stubEnv("APP_URL", "https://app.example.com");
  vi.stubEnv("SUPPORT_EMAIL", "help@example.com");
});

const cases = [
  [
    "alerts",
    {
      alerts: [{ title: "No event came for a day", text: "The last came yesterday.", wayOut: "Look at the webhook." }],
    },
    "Northwind: No event came for a day",
    "https://app.example.com/admin",
  ],
  [
    "alerts",
    {
      alerts: [
        { title: "No event came for a day", text: "The last came yesterday.", wayOut: "Look at the webhook." },
        { title: "A sum differs", text: "By 3 credits.", wayOut: "Look at the check." },
      ],
    },
    "Northwind: 2 things need a look",
    "https://app.example.com/admin",
  ],
  [
    "address_changed",
    { address: "a…@new.test", changedAt: "2026-12-06T10:00:00Z" },
    "Your Northwind account has another email address now",
    "mailto:help@example.com",
  ],
  [
    "refund_made",
    { what: "50,000 credits", amountCents: 300, currency: "usd", to: "card", creditsTaken: 25_000, debt: 0 },
    "$3.00 is on its way back to you",
    "https://app.example.com/credits",
  ],
  [
    "refund_made",
    { what: null, amountCents: 300, currency: "usd", to: "balance", number: "CN-1", debt: 80 },
    "$3.00 was credited to you",
    "https://app.example.com/credits",
  ],
  [
    "dispute_opened",
    { what: "50,000 credits", amountCents: 600, currency: "usd", isFraud: false, creditsTaken: 50_000, debt: 0 },
    "Your payment of $6.00 is disputed at the bank",
    "https://app.example.com/credits",
  ],
  [
    "dispute_closed",
    { amountCents: 600, currency: "usd", isFraud: true, outcome: "lost", debt: 50_000 },
    "The disputed $6.00 went back",
    "https://app.example.com/credits",
  ],
  [
    "dispute_closed",
    { amountCents: 600, currency: "usd", isFraud: false, outcome: "won", creditsBack: 50_000, debt: 0 },
    "The dispute of $6.00 is settled, your credits are back",
    "https://app.example.com/credits",
  ],
  [
    "trial_ends",
    {
      planName: "Pro",
      interval: "monthly",
      amountCents: 9_900,
      currency: "usd",
      chargedAt: "2026-12-06T10:00:00Z",
      hasCard: true,
    },
    "Your Pro trial ends on 6 Dec 2026: $99.00 will be charged",
    "https://app.example.com/billing",
  ],
  [
    "trial_ends",
    { planName: "Pro", amountCents: 9_900, currency: "usd", chargedAt: "2026-12-06T10:00:00Z", hasCard: true, days: 1 },
    "Last reminder: your Pro trial ends on 6 Dec 2026: $99.00 will be charged",
    "https://app.example.com/billing",
  ],
  [
    "trial_ends",
    { planName: "Pro", amountCents: 9_900, currency: "usd", chargedAt: "2026-12-06T10:00:00Z", hasCard: false },
    "Your Pro trial ends on 6 Dec 2026, and no card is saved",
    "https://app.example.com/billing",
  ],
  [
    "trial_started",
    {
      planName: "Pro",
      credits: 50_000,
      interval: "monthly",
      amountCents: 9_900,
      currency: "usd",
      chargedAt: "2026-12-06T10:00:00Z",
    },
    "Your Pro trial has started, free until 6 Dec 2026",
    "https://app.example.com/billing",
  ],
  [
    "trial_refused",
    { planName: "Pro" },
    "Pro was not started: this card has had its trial",
    "https://app.example.com/billing/plan",
  ],
  [
    "low_credit",
    { available: 1200, threshold: 2000 },
    "You have 1,200 credits left",
    "https://app.example.com/credits",
  ],
  [
    "payment_receipt",
    {
      planName: "Starter",
      number: "LL-0007",
      amountCents: 2900,
      currency: "usd",
      paidAt: "2026-12-22T10:00:00Z",
      invoiceUrl: "https://pay.example/in_4",
      renewsAt: "2027-01-22T10:00:00Z",
    },
    "Receipt: $29.00 for Starter",
    "https://pay.example/in_4",
  ],
  [
    "payment_receipt",
    { amountCents: 120, currency: "eur", paidAt: "2026-12-22T10:00:00Z", renewsAt: null },
    "Receipt: €1.20",
    "https://app.example.com/billing/invoices",
  ],
  [
    "renewal_reminder",
    { planName: "Pro", interval: "yearly", amountCents: 99_000, currency: "usd", renewsAt: "2027-11-22T10:00:00Z" },
    "Your Pro plan renews on 22 Nov 2027 for $990.00",
    "https://app.example.com/billing",
  ],
  [
    "usage_digest",
    { monthEndsAt: "2026-12-01", credits: 12_400, overageCredits: 0, events: 31, topModel: "large-1", leftCredits: 5 },
    "November 2026: you used 12,400 credits",
    "https://app.example.com/usage",
  ],
  ["low_credit", { available: 0, threshold: 2000 }, "You have no credits left", "https://app.example.com/credits"],
  [
    "low_credit",
    { available: 0, threshold: 2000, overage: "on" },
    "Your credits are used up, and overage has begun",
    "https://app.example.com/billing#overage",
  ],
  [
    "pack_receipt",
    {
      packName: "Medium pack",
      credits: 50_000,
      amountCents: 4500,
      currency: "usd",
      invoiceUrl: "https://pay.example/in_1",
    },
    "50,000 credits added, $45.00 paid",
    "https://pay.example/in_1",
  ],
  [
    "pack_receipt",
    { packName: "Medium pack", credits: 50_000, amountCents: 0, currency: "eur", invoiceUrl: null },
    "50,000 credits added, €0.00 paid",
    "https://app.example.com/credits",
  ],
  [
    "subscription_started",
    {
      planName: "Starter",
      credits: 40_000,
      amountCents: 2900,
      currency: "usd",
      interval: "monthly",
      renewsAt: "2026-12-22T00:00:00Z",
    },
    "Your Starter plan has started",
    "https://app.example.com/billing",
  ],
  ["subscription_started", { planName: "Pro" }, "Your Pro plan has started", "https://app.example.com/billing"],
  [
    "payment_failed",
    {
      amountCents: 2900,
      currency: "usd",
      invoiceUrl: "https://pay.example/in_2",
      nextAttemptAt: "2026-11-25T09:00:00Z",
    },
    "Your payment of $29.00 did not go through",
    "https://pay.example/in_2",
  ],
  [
    "payment_failed",
    { amountCents: 200_000, currency: "usd", dueAt: "2026-11-25T09:00:00Z", invoiceUrl: "https://pay.example/in_2" },
    "Your invoice of $2,000.00 was due on 25 Nov 2026",
    "https://pay.example/in_2",
  ],
  [
    "payment_action",
    { planName: "Pro", amountCents: 9900, currency: "usd", invoiceUrl: "https://pay.example/in_2" },
    "Please confirm your payment of $99.00",
    "https://pay.example/in_2",
  ],
  ["payment_action", {}, "Please confirm your payment", "https://app.example.com/billing"],
  [
    "payment_warned",
    {
      planName: "Pro",
      amountCents: 9900,
      currency: "usd",
      invoiceUrl: "https://pay.example/in_2",
      nextAttemptAt: "2026-11-25T09:00:00Z",
      downgradeAt: "2026-11-29T09:00:00Z",
    },
    "Pay by 29 Nov 2026 to keep your Pro plan",
    "https://pay.example/in_2",
  ],
  ["payment_warned", {}, "Pay now to keep your plan", "https://app.example.com/billing"],
  [
    "plan_downgraded",
    {
      planName: "Pro",
      amountCents: 9900,
      currency: "usd",
      invoiceUrl: "https://pay.example/in_2",
      hasEnded: false,
      suspendAt: "2026-12-06T09:00:00Z",
    },
    "Your Pro plan is paused: $99.00 is unpaid",
    "https://pay.example/in_2",
  ],
  [
    "plan_downgraded",
    { hasEnded: true, amountCents: 9900, currency: "usd" },
    "Your plan has ended with $99.00 unpaid",
    "https://app.example.com/billing",
  ],
  [
    "account_suspended",
    { planName: "Pro", amountCents: 9900, currency: "usd", invoiceUrl: "https://pay.example/in_2" },
    "Your account is suspended until $99.00 is paid",
    "https://pay.example/in_2",
  ],
  ["account_suspended", {}, "Your account is suspended until an invoice is paid", "https://app.example.com/billing"],
  [
    "plan_restored",
    { planName: "Pro", stage: "downgraded", hasEnded: false },
    "Thank you, everything is paid",
    "https://app.example.com/billing",
  ],
  [
    "plan_restored",
    { planName: "Pro", stage: "suspended", hasEnded: true, paidThrough: "2026-12-22T00:00:00Z" },
    "Thank you, everything is paid",
    "https://app.example.com/billing/plan",
  ],
  ["payment_failed", {}, "Your payment did not go through", "https://app.example.com/billing"],
  [
    "async_payment_failed",
    { packName: "Medium pack", amountCents: 4500, currency: "eur" },
    "Your bank payment of €45.00 did not go through",
    "https://app.example.com/credits",
  ],
  [
    "duplicate_refunded",
    { planName: "Pro", amountCents: 9900, currency: "usd" },
    "You bought a plan twice; $99.00 is on its way back",
    "https://app.example.com/billing",
  ],
  [
    "duplicate_refunded",
    { planName: null, amountCents: 0, currency: "usd" },
    "You bought a plan twice; the second was ended",
    "https://app.example.com/billing",
  ],
  [
    "invoice_stuck",
    { lacks: "address", amountCents: 2900, currency: "usd" },
    "Your billing address is needed for your next invoice",
    "https://app.example.com/billing",
  ],
  [
    "plan_changed",
    {
      planName: "Pro",
      formerPlanName: "Starter",
      credits: 1_400_000,
      interval: "monthly",
      amountCents: 9900,
      currency: "usd",
      paidCents: 3500,
      changedAt: "2026-12-01T00:00:00Z",
      renewsAt: "2026-12-22T00:00:00Z",
    },
    "Your plan is now Pro",
    "https://app.example.com/billing",
  ],
  [
    "plan_changed",
    {
      planName: "Pro",
      formerPlanName: "Pro",
      credits: 1_400_000,
      interval: "yearly",
      currency: "usd",
      changedAt: "2026-12-01T00:00:00Z",
      renewsAt: "2027-12-01T00:00:00Z",
    },
    "Your plan is now Pro, yearly",
    "https://app.example.com/billing",
  ],
  [
    "plan_change_scheduled",
    {
      planName: "Starter",
      formerPlanName: "Pro",
      credits: 350_000,
      interval: "monthly",
      amountCents: 2900,
      currency: "usd",
      changesAt: "2026-12-22T00:00:00Z",
    },
    "Your plan changes to Starter on 22 Dec 2026",
    "https://app.example.com/billing",
  ],
  [
    "plan_change_scheduled",
    { planName: "Pay as you go", credits: 0, interval: "monthly", currency: "usd", changesAt: "2026-12-22T00:00:00Z" },
    "Your plan changes to Pay as you go on 22 Dec 2026",
    "https://app.example.com/billing",
  ],
  [
    "cancellation_scheduled",
    { planName: "Pro", endsAt: "2026-12-22T00:00:00Z" },
    "Your Pro plan ends on 22 Dec 2026",
    "https://app.example.com/billing",
  ],
  [
    "subscription_ended",
    { planName: "Pro", endedAt: "2026-12-22T00:00:00Z", amountCents: null, currency: "usd", invoiceUrl: null },
    "Your Pro plan has ended",
    "https://app.example.com/billing",
  ],
  [
    "subscription_ended",
    {
      planName: null,
      endedAt: "2026-12-22T00:00:00Z",
      amountCents: 120,
      currency: "usd",
      invoiceUrl: "https://pay.example/in_3",
    },
    "Your plan has ended",
    "https://pay.example/in_3",
  ],
  [
    "price_change",
    {
      planName: "Starter",
      interval: "monthly",
      formerCents: 2900,
      amountCents: 3500,
      formerCredits: 350_000,
      credits: 350_000,
      formerOverageCents: 10,
      overageCents: 11,
      currency: "usd",
      changesAt: "2027-01-22T00:00:00Z",
    },
    "The price of your Starter plan changes on 22 Jan 2027",
    "https://app.example.com/billing/plan",
  ],
] as const;

describe("mail", () => {
  test.each(cases)("%s %j says the fact, and has one button", async (kind, data, subject, href) => {
    const mail = await renderMail(kind, data);
    expect(mail.subject).toBe(subject);
    const links = [...mail.html.matchAll(/href="([^"]+)"/g)].map((match) => match[1]);
    expect(links).toEqual([href, "mailto:help@example.com"]);
    expect(mail.html).toContain("Northwind");
    expect(mail.html).not.toContain("<img");
  });

  test.each(cases)("%s %j can be read as plain text", async (kind, data, _subject, href) => {
    const { text } = await renderMail(kind, data);
    expect(text).toContain(href.replace("mailto:", ""));
    expect(text).toContain("help@example.com");
    expect(text).not.toMatch(/<[a-z]|undefined|null|NaN/);
  });

  test("every kind is tried here", () => {
    expect([...new Set<string>(cases.map(([kind]) => kind))].sort()).toEqual([...mailKinds].sort());
  });

  test.each([
    [{ available: 0, overage: "on" }, "use goes on as overage"],
    [{ available: 900, overage: "on" }, "When they are used up, use goes on as overage"],
    [{ available: 0, overage: "off" }, "Requests are refused until there are credits again."],
    [{ available: 900 }, "refused until there are credits again, or billed as overage"],
  ])("few credits %j: the mail says whether use stops or is billed", async (facts, words) => {
    const { text } = await renderMail("low_credit", { threshold: 2000, ...facts });
    expect(text.replace(/\s+/g, " ")).toContain(words);
  });

  test.each([
    [{ amountCents: 1_235, lastInvoice: "made" }, "comes to $12.35. Nothing is charged after it."],
    [
      { amountCents: null, lastInvoice: "draft" },
      "if anything, comes on one last invoice. Nothing is charged after it.",
    ],
    [{ amountCents: null, lastInvoice: null }, "Nothing is charged any more."],
  ])("the end of a plan %j: what is still charged is said exactly", async (facts, words) => {
    const data = { planName: "Starter", endedAt: "2026-12-22T10:00:00Z", currency: "usd", ...facts };
    const { text } = await renderMail("subscription_ended", data);
    expect(text.replace(/\s+/g, " ")).toContain(words);
  });

  test.each([
    "subscription_started",
    "trial_started",
    "trial_ends",
    "plan_changed",
    "price_change",
    "renewal_reminder",
  ])("%s says where to cancel", async (kind) => {
    for (const [, data] of cases.filter(([name]) => name === kind))
      expect((await renderMail(kind, data)).text).toContain("https://app.example.com/billing/cancel");
  });

  test("the receipt of a renewal has sum, day, plan and how to cancel; that of a plan that is over asks for nothing", async () => {
    const facts = {
      planName: "Pro",
      number: "LL-7",
      amountCents: 9900,
      currency: "usd",
      paidAt: "2026-12-22T10:00:00Z",
    };
    const { text } = await renderMail("payment_receipt", { ...facts, renewsAt: "2027-01-22T10:00:00Z" });
    for (const fact of ["$99.00", "22 Dec 2026", "Pro", "LL-7", "22 Jan 2027", "/billing/cancel"])
      expect(text).toContain(fact);
    expect((await renderMail("payment_receipt", facts)).text).not.toContain("cancel");
  });

  test("the first mail of a plan is the receipt of what was paid", async () => {
    const facts = { planName: "Pro", amountCents: 9900, currency: "usd", interval: "monthly" };
    const { text } = await renderMail("subscription_started", { ...facts, paidAt: "2026-12-22T10:00:00Z" });
    expect(text).toContain("$99.00 on 22 Dec 2026");
  });

  test("mail that is a choice says how to stop it, other mail does not", async () => {
    const url = "https://app.example.com/unsubscribe?token=t";
    const mail = await renderMail("low_credit", { available: 5, threshold: 10 }, { unsubscribeUrl: url });
    expect(mail.text).toContain(url);
    expect(mail.html).toContain(url);
    expect((await renderMail("low_credit", { available: 5, threshold: 10 })).text).not.toContain("stop this kind");
  });

  test("a plan without a base price is not said to cost nothing: what is used costs", async () => {
    const { text } = await renderMail("subscription_started", {
      planName: "Pay as you go",
      credits: 0,
      amountCents: 0,
      currency: "usd",
      interval: "monthly",
      overageCents: 12,
    });
    expect(text).not.toContain("$0.00");
    expect(text).toContain("$0.12 per 1,000 credits, billed after each month");
  });

  test.each([
    ["retrying", "goes on as before. The rest of the month's credits is there"],
    ["warned", "overage and automatic top-up run again"],
    ["downgraded", "is back. It has all of the month's credits again"],
    ["suspended", "You can use everything again"],
  ])("whoever pays after having been %s reads what is back", async (stage, words) => {
    const facts = { planName: "Starter", stage, hasEnded: false, creditsBack: true };
    const told = (await renderMail("plan_restored", facts)).text.replace(/\s+/g, " ");
    expect(told).toContain(words);
    const without = (await renderMail("plan_restored", { ...facts, creditsBack: false })).text.replace(/\s+/g, " ");
    expect(without).not.toContain("month's credits");
  });

  test("what people typed cannot become markup", async () => {
    const { html } = await renderMail("subscription_started", { planName: "<script>alert(1)</script>" });
    expect(html).not.toContain("<script>");
  });

  test("a kind that does not exist, data that does not fit and a link that is none are refused", async () => {
    await expect(renderMail("greeting", {})).rejects.toThrow(/greeting/);
    await expect(renderMail("low_credit", { available: "many" })).rejects.toThrow();
    await expect(renderMail("payment_failed", { invoiceUrl: "javascript:alert(1)" })).rejects.toThrow();
  });
});
