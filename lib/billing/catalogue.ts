/** The plans this product knows. Add a key here before you add a plan to plans.ts. */
export type PlanKey = "free" | "payg" | "starter" | "pro" | "enterprise";
/** The credit packs this product knows. */
export type PackKey = "small" | "medium" | "large";
/** Product names of models, as customers see them; lib/ai maps them to a provider's ids. */
export type ModelKey = "small-1" | "large-1" | "reason-1";
export type Interval = "monthly" | "yearly";
export type Currency = "usd" | "eur";

/** One amount in whole cents for each currency we sell in. */
export type Price = Readonly<Record<Currency, number>>;

/**
 * Whether a plan can be bought today: `on_sale` through checkout, `included` without buying,
 * `coming` shown but refused by checkout, `talk_to_us` sold by a person.
 */
export type Availability = "on_sale" | "included" | "coming" | "talk_to_us";

export interface Plan {
  readonly key: PlanKey;
  /** Raise it with every change of price or allowance, and move the old one to `formerPlans`. */
  readonly version: number;
  readonly name: string;
  readonly summary: string;
  readonly availability: Availability;
  /** Credits included each month; a yearly subscriber gets them month by month too. */
  readonly monthlyAllowance: number;
  /** What a month, or a year, costs in advance. Absent: the plan has no base price. */
  readonly base?: { readonly monthly: Price; readonly yearly?: Price };
  /** What use beyond allowance and bought credits costs, in cents per 1,000 credits, billed afterwards. */
  readonly overage?: { readonly per1000: Price; readonly mostCreditsPerPeriod: number };
  /** Days a new customer may try it before the first charge, and the credits that come with them. Absent: no trial. */
  readonly trial?: { readonly days: number; readonly allowance: number };
  readonly features: readonly string[];
  /** Marks the plan that the pricing page recommends. */
  readonly recommended?: boolean;
}

export interface Pack {
  readonly key: PackKey;
  readonly version: number;
  readonly name: string;
  readonly credits: number;
  readonly price: Price;
}

/** Millionths of a credit for one token of each pool. The pools exclude each other: a token is in exactly one. */
export interface Rate {
  readonly name: string;
  readonly summary: string;
  readonly input: number;
  readonly cachedInput: number;
  readonly output: number;
  readonly reasoning: number;
}

export interface Policy {
  readonly currency: Currency;
  /** "off": nothing beyond allowance and bought credits. "metered": billed afterwards through Stripe's meter. */
  readonly overage: "off" | "metered";
  /** Share of a period's allowance given before its invoice is paid, in percent. */
  readonly bridgePercent: number;
  /** Overage a customer may run up until the first invoice with an amount is paid, in credits. */
  readonly trustCapCredits: number;
  /** Credits are low below this percentage of what was there right after the last grant. */
  readonly lowCreditPercent: number;
  /** Days until bought credits expire; null: never, the default that most consumer law expects. */
  readonly packsExpireAfterDays: number | null;
  /** Days since the first failed payment. */
  readonly dunning: {
    readonly warnAfterDays: number;
    readonly downgradeAfterDays: number;
    readonly suspendAfterDays: number;
    /** Whether suspending an account ends its plan at Stripe, so that no further invoice is made; open usage is billed. */
    readonly endPlan: boolean;
  };
  /** What follows a bank's early warning that a payment was fraud: its money is sent back at once, or you decide. */
  readonly earlyFraud: "refund" | "alert";
  /** What would go back by itself at most, in cents; above it you decide. */
  readonly earlyFraudRefundUpToCents: number;
  /** true: Stripe Tax computes tax; register with it first. */
  readonly collectTax: boolean;
  /** true: checkout asks for consent to your terms; set their address in Stripe's public details first. */
  readonly askConsent: boolean;
  /** A call with this many tokens should be worth at least `leastCredits`, else rounding up costs customers dearly. */
  readonly typicalCall: { readonly input: number; readonly output: number; readonly leastCredits: number };
}

/** Everything the rules need to know about what is sold. */
export interface Catalogue {
  readonly plans: readonly Plan[];
  readonly formerPlans: readonly Plan[];
  readonly packs: readonly Pack[];
  readonly formerPacks: readonly Pack[];
  readonly rateCard: Readonly<Record<ModelKey, Rate>>;
  readonly fixedPrices: Readonly<Record<string, number>>;
  readonly policy: Policy;
}
