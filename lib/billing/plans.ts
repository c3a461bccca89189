import type { Catalogue, ModelKey, Pack, Plan, Policy, Rate } from "./catalogue";

/*
 * What you sell. This is the one file to edit for prices: the pricing page, checkout, and Stripe's
 * products and prices (`npm run stripe:setup`) are all made from it.
 *
 * Here 10,000 credits are worth about 1 dollar. Money is in cents, credits are whole numbers.
 * To change a price or an allowance: raise the plan's `version`, and copy the plan as it was to
 * `formerPlans`, so that whoever bought it keeps what they bought.
 */
export const plans: readonly Plan[] = [
  {
    key: "free",
    version: 1,
    name: "Free",
    summary: "Try everything, every month.",
    availability: "included",
    monthlyAllowance: 5_000,
    features: ["5,000 credits a month", "Every model", "Buy credits whenever you need more"],
  },
  {
    key: "payg",
    version: 1,
    name: "Pay as you go",
    summary: "No base price. What you use is billed at the end of the month.",
    availability: "on_sale",
    monthlyAllowance: 0,
    base: { monthly: { usd: 0, eur: 0 } },
    overage: { per1000: { usd: 12, eur: 11 }, mostCreditsPerPeriod: 2_000_000 },
    features: ["Nothing in advance", "$0.12 per 1,000 credits", "A cap that you set", "Metering API with keys"],
  },
  {
    key: "starter",
    version: 1,
    name: "Starter",
    summary: "For one person who uses it every day.",
    availability: "on_sale",
    monthlyAllowance: 350_000,
    base: { monthly: { usd: 2_900, eur: 2_700 }, yearly: { usd: 29_000, eur: 27_000 } },
    overage: { per1000: { usd: 10, eur: 9 }, mostCreditsPerPeriod: 1_000_000 },
    features: ["350,000 credits a month", "Every model", "Metering API with keys"],
    recommended: true,
  },
  {
    key: "pro",
    version: 1,
    name: "Pro",
    summary: "For teams and products built on top.",
    availability: "on_sale",
    monthlyAllowance: 1_400_000,
    base: { monthly: { usd: 9_900, eur: 9_200 }, yearly: { usd: 99_000, eur: 92_000 } },
    overage: { per1000: { usd: 8, eur: 7 }, mostCreditsPerPeriod: 5_000_000 },
    trial: { days: 14, allowance: 50_000 },
    features: ["1,400,000 credits a month", "Every model", "Metering API with keys", "Answers within a working day"],
  },
  {
    key: "enterprise",
    version: 1,
    name: "Enterprise",
    summary: "Volume prices, your own terms, an invoice.",
    availability: "talk_to_us",
    monthlyAllowance: 0,
    features: ["An allowance of your own", "Volume prices", "Invoice on net terms"],
  },
];

/** Versions of plans that are no longer sold but that somebody may still have. */
export const formerPlans: readonly Plan[] = [];

/** Credits bought in advance. They are spent after the allowance and do not expire. */
export const packs: readonly Pack[] = [
  { key: "small", version: 1, name: "50,000 credits", credits: 50_000, price: { usd: 600, eur: 600 } },
  { key: "medium", version: 1, name: "200,000 credits", credits: 200_000, price: { usd: 2_200, eur: 2_000 } },
  { key: "large", version: 1, name: "1,000,000 credits", credits: 1_000_000, price: { usd: 10_000, eur: 9_300 } },
];

/** Versions of packs that may still be paid for in a checkout opened before you changed them. */
export const formerPacks: readonly Pack[] = [];

/** Change it with every change of the rate card; each usage event stores the version it was rated by. */
export const rateCardVersion = "2026-11";

/** Millionths of a credit per token. 6,000 means that 1,000 tokens cost 6 credits. */
export const rateCard: Readonly<Record<ModelKey, Rate>> = {
  "small-1": {
    name: "small-1",
    summary: "Quick and cheap, for everyday questions.",
    input: 6_000,
    cachedInput: 1_500,
    output: 30_000,
    reasoning: 30_000,
  },
  "large-1": {
    name: "large-1",
    summary: "Careful with long or difficult texts.",
    input: 40_000,
    cachedInput: 10_000,
    output: 200_000,
    reasoning: 200_000,
  },
  "reason-1": {
    name: "reason-1",
    summary: "Thinks before it answers, for problems with several steps.",
    input: 60_000,
    cachedInput: 15_000,
    output: 300_000,
    reasoning: 300_000,
  },
};

/** What a feature costs that is not rated by tokens, in credits a use. */
export const fixedPrices = { summarize: 50, readability: 5 } as const;

export const policy: Policy = {
  currency: "usd",
  overage: "metered",
  bridgePercent: 10,
  trustCapCredits: 200_000,
  lowCreditPercent: 20,
  packsExpireAfterDays: null,
  dunning: { warnAfterDays: 3, downgradeAfterDays: 7, suspendAfterDays: 14, endPlan: true },
  earlyFraud: "refund",
  earlyFraudRefundUpToCents: 10_000,
  collectTax: false,
  askConsent: false,
  typicalCall: { input: 1_500, output: 400, leastCredits: 20 },
};

/** Everything above in one value, which rules take as a parameter so that tests can sell something else. */
export const catalogue: Catalogue = { plans, formerPlans, packs, formerPacks, rateCard, fixedPrices, policy };
