import { expect, test } from "vitest";
import type { Catalogue, Plan } from "./catalogue";
import { assertCatalogue, checkCatalogue } from "./check";
import { allOffers, lookupKeyOf, offerOfLookupKey } from "./offers";
import { catalogue } from "./plans";

const withPlan = (key: string, change: Partial<Plan>): Catalogue => ({
  ...catalogue,
  plans: catalogue.plans.map((plan) => (plan.key === key ? { ...plan, ...change } : plan)),
});
const starter = catalogue.plans.find((plan) => plan.key === "starter");
if (!starter) throw new Error("there is no starter");

test("what we sell makes sense", () => {
  expect(checkCatalogue()).toEqual({ errors: [], warnings: [] });
});

test.each<[string, Catalogue, string]>([
  [
    "a negative price",
    withPlan("starter", { base: { monthly: { usd: -1, eur: 1 } } }),
    "Starter, monthly, costs -1 usd; a price is a whole number of cents, not negative.",
  ],
  [
    "a price with fractions of a cent",
    { ...catalogue, packs: catalogue.packs.map((pack) => ({ ...pack, price: { usd: 9.99, eur: 1 } })) },
    'The pack "50,000 credits" costs 9.99 usd; a price is a whole number of cents, not negative.',
  ],
  [
    "two prices with one lookup key",
    { ...catalogue, formerPlans: [starter] },
    'Two prices share the lookup key "starter_monthly_v1"; raise the version of the newer one.',
  ],
  [
    "overage without a rate",
    withPlan("pro", { overage: { per1000: { usd: 0, eur: 0 }, mostCreditsPerPeriod: 1 } }),
    "Pro sells overage for nothing; give it a rate, or leave the overage out.",
  ],
  [
    "yearly without monthly",
    withPlan("pro", { base: { yearly: { usd: 1, eur: 1 } } as Plan["base"] }),
    "Pro has a yearly price and no monthly one; it needs both.",
  ],
  [
    "a plan on sale without a price",
    withPlan("pro", { base: undefined }),
    "Pro is on sale and has no price; give it a base.",
  ],
  [
    "pay as you go on sale while its use is not billed",
    { ...catalogue, policy: { ...catalogue.policy, overage: "off" } },
    'Pay as you go is on sale while policy.overage is "off": its use would never be billed.',
  ],
  [
    "pay as you go with an allowance",
    withPlan("payg", { monthlyAllowance: 5 }),
    "Pay as you go includes 5 credits; it bills every credit, so it includes none.",
  ],
  [
    "pay as you go by the year",
    withPlan("payg", { base: { monthly: { usd: 0, eur: 0 }, yearly: { usd: 0, eur: 0 } } }),
    "Pay as you go has a yearly price; what is billed afterwards is sold monthly.",
  ],
  [
    "more overage than an invoice holds",
    withPlan("pro", { overage: { per1000: { usd: 1_000, eur: 1 }, mostCreditsPerPeriod: 200_000_000 } }),
    "Pro allows more overage in usd than one invoice can hold; lower the most a period.",
  ],
  [
    "overage that no plan sells",
    { ...catalogue, plans: catalogue.plans.map(({ overage: _, ...plan }) => plan) },
    'policy.overage is "metered" and no plan has a rate for it.',
  ],
  [
    "a trial of no days",
    withPlan("pro", { trial: { days: 0, allowance: 5 } }),
    "Pro can be tried for 0 days; a trial lasts 1 to 730 days.",
  ],
  [
    "a trial without credits",
    withPlan("pro", { trial: { days: 14, allowance: 0 } }),
    "A trial of Pro brings 0 credits; it needs a whole number, at least 1.",
  ],
  [
    "a trial that gives more than the plan",
    withPlan("pro", { trial: { days: 14, allowance: 2_000_000 } }),
    "A trial of Pro brings more credits than a month that is paid for.",
  ],
  [
    "a trial of what nobody buys",
    withPlan("enterprise", { trial: { days: 14, allowance: 5 } }),
    "Enterprise has a trial and cannot be bought after it.",
  ],
  [
    "a trial of pay as you go",
    withPlan("payg", { trial: { days: 14, allowance: 5 } }),
    "Pay as you go has a trial and no allowance that one could try.",
  ],
  [
    "no free plan",
    { ...catalogue, plans: [starter] },
    "There is no Free plan; accounts without a subscription need one.",
  ],
  [
    "a feature that costs nothing",
    { ...catalogue, fixedPrices: { summarize: 0 } },
    'A use of "summarize" costs 0 credits; a price is a whole number above 0.',
  ],
  [
    "dunning that goes backwards",
    {
      ...catalogue,
      policy: { ...catalogue.policy, dunning: { ...catalogue.policy.dunning, warnAfterDays: 9 } },
    },
    "The dunning policy goes backwards: warn, then downgrade, then suspend.",
  ],
  [
    "a negative rate",
    {
      ...catalogue,
      rateCard: { ...catalogue.rateCard, "large-1": { ...catalogue.rateCard["large-1"], output: -1 } },
    },
    "large-1 rates output at -1; a rate is a whole number, not negative.",
  ],
])("%s is refused with a sentence", (_name, nonsense, sentence) => {
  expect(checkCatalogue(nonsense).errors).toContain(sentence);
  expect(() => assertCatalogue(nonsense)).toThrow(sentence);
});

test("a call worth fewer than 20 credits is a warning, not an error", () => {
  const cheap = { ...catalogue.rateCard["small-1"], input: 1_000, cachedInput: 1_000, output: 1_000 };
  const report = checkCatalogue({ ...catalogue, rateCard: { ...catalogue.rateCard, "small-1": cheap } });
  expect(report.errors).toEqual([]);
  expect(report.warnings).toEqual([
    "A typical call of small-1 is worth 2 credits; below 20, rounding up costs customers dearly.",
  ]);
});

test("every price of ours is found again by its lookup key, and no other is", () => {
  for (const offer of allOffers()) expect(offerOfLookupKey(lookupKeyOf(offer))).toEqual(offer);
  expect(offerOfLookupKey("starter_monthly_v9")).toBeNull();
  expect(offerOfLookupKey(null)).toBeNull();
});
