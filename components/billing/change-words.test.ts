import { describe, expect, test } from "vitest";
import { planOf } from "@/lib/billing/offers";
import { credits } from "@/lib/billing/units";
import type { ChangePreview } from "@/lib/subscriptions/preview";
import { changeWords, type PaidPlan } from "./change-words";

const paid = (plan: "payg" | "starter" | "pro", interval: PaidPlan["interval"] = "monthly"): PaidPlan => ({
  plan: planOf(plan),
  interval,
});
const end = new Date("2026-12-01T00:00:00Z");
const upgrade = {
  ok: true,
  kind: "now",
  changeId: "00000000-0000-8000-a000-000000000000",
  prorationDate: 1_795_000_000,
  currency: "usd",
  lines: [
    { description: "Unused time on Starter", cents: -870 },
    { description: "Remaining time on Pro", cents: 2_970 },
  ],
  dueNowCents: 2_100,
  nextCents: 9_900,
  nextAt: end,
  creditsNow: credits(315_000),
  allowance: credits(1_400_000),
  overagePer1000Now: 10,
  overagePer1000Next: 8,
  overageChangesAt: end,
} satisfies ChangePreview;
const downgrade = {
  ok: true,
  kind: "at_period_end",
  changeId: "00000000-0000-4000-a000-000000000000",
  at: end,
  currency: "usd",
  nextCents: 2_900,
  allowance: credits(350_000),
  interval: "monthly",
  overagePer1000Next: 10,
} satisfies ChangePreview;

describe("an upgrade", () => {
  const words = changeWords(upgrade, { from: paid("starter"), to: paid("pro"), bought: 50_000, replaced: null });

  test("shows each line of the invoice, what is due now, and what comes next, all as previewed", () => {
    expect(words.money).toEqual([
      { label: "Unused time on Starter", value: "-$8.70" },
      { label: "Remaining time on Pro", value: "$29.70" },
      { label: "Due now", value: "$21.00", isSum: true },
      { label: "On 1 Dec 2026, then monthly", value: "$99.00" },
    ]);
  });

  test("names on the button what the card is charged", () => {
    expect(words.charge).toBe("Your card will be charged $21.00 now.");
    expect(words.confirm).toBe("Pay $21.00 and change");
  });

  test("shows credits now and each month, and the overage rate until and from the renewal", () => {
    expect(words.credits).toEqual([
      { label: "Now, for the rest of this period", value: "+315,000" },
      { label: "From 1 Dec 2026", value: "1,400,000 a month" },
      { label: "Overage until 1 Dec 2026", value: "$0.10 per 1,000" },
      { label: "Overage from 1 Dec 2026", value: "$0.08 per 1,000" },
    ]);
  });

  test("loses nothing and keeps what was bought", () => {
    expect(words.lost).toEqual([]);
    expect(words.kept[0]).toBe("The 50,000 credits you bought or were given stay yours.");
  });

  test("says that a failed payment leaves the plan as it is", () => {
    expect(words.when).toContain("If the payment fails, your plan stays as it is");
  });
});

test("an upgrade that costs nothing today says so, and one with money left over says where that goes", () => {
  const about = { from: paid("starter"), to: paid("pro"), bought: 0, replaced: null };
  const free = changeWords({ ...upgrade, dueNowCents: 0 }, about);
  expect(free).toMatchObject({ charge: "Nothing is charged now.", confirm: "Change now" });
  const credited = changeWords({ ...upgrade, dueNowCents: -300 }, about);
  expect(credited.charge).toBe("Nothing is charged now; $3.00 is taken off your next invoice.");
});

test("an overage rate that does not change is said once", () => {
  const words = changeWords(
    { ...upgrade, overagePer1000Now: 10, overagePer1000Next: 10, overageChangesAt: null },
    { from: paid("starter"), to: paid("pro"), bought: 0, replaced: null },
  );
  expect(words.credits.filter(({ label }) => label.startsWith("Overage"))).toEqual([
    { label: "Overage", value: "$0.10 per 1,000" },
  ]);
});

describe("a downgrade", () => {
  const words = changeWords(downgrade, { from: paid("pro"), to: paid("starter"), bought: 0, replaced: null });

  test("happens when the paid period ends, charges nothing now, and can be taken back", () => {
    expect(words.when).toBe(
      "It happens on 1 Dec 2026, when the period you have paid for ends. Until then you keep Pro, and you can take the change back.",
    );
    expect(words.charge).toBe("Nothing is charged now.");
    expect(words.confirm).toBe("Change on 1 Dec 2026");
  });

  test("says what is lost and when, in credits and in what the plan does", () => {
    expect(words.lost).toEqual([
      "From 1 Dec 2026 you have 1,050,000 credits a month fewer.",
      "What is left of this period's credits ends on 1 Dec 2026, as it does every period.",
      "Pro only, until 1 Dec 2026: answers within a working day.",
    ]);
  });

  test("to pay as you go says that every credit is billed from then on", () => {
    const toPayg = changeWords(
      { ...downgrade, nextCents: 0, allowance: credits(0), overagePer1000Next: 12 },
      { from: paid("starter"), to: paid("payg"), bought: 0, replaced: null },
    );
    expect(toPayg.lost[0]).toBe(
      "From 1 Dec 2026 you have 350,000 credits a month fewer: none are included, and each one you use is billed after the month.",
    );
    expect(toPayg.money[1]?.value).toBe("For what you use");
  });
});

test("from monthly to yearly nothing is lost, and the sum of the year is named", () => {
  const words = changeWords(
    { ...downgrade, interval: "yearly", nextCents: 29_000 },
    { from: paid("starter"), to: paid("starter", "yearly"), bought: 0, replaced: null },
  );
  expect(words.title).toBe("Change to Starter, paid yearly");
  expect(words.lost).toEqual([]);
  expect(words.money[1]).toEqual({ label: "On 1 Dec 2026, then yearly", value: "$290.00" });
});

test("a change that takes the place of a planned one says which", () => {
  const words = changeWords(upgrade, {
    from: paid("starter"),
    to: paid("pro"),
    bought: 0,
    replaced: { plan: "payg", version: 1, interval: "monthly", at: end },
  });
  expect(words.when).toContain("It takes the place of your change to Pay as you go on 1 Dec 2026.");
});
