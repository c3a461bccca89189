import type { TestDouble } from "./test-double.ts";

/** What a fixture needs that was made for an older version of the API: flags for the tool, and what to do around it. */
export interface Trigger {
  flags?: (bench: TestDouble) => string[];
  /** before the tool runs */
  before?: (bench: TestDouble) => Promise<unknown>;
  /** after it, for what takes time */
  after?: (bench: TestDouble) => Promise<unknown>;
  /** the event that really happens, where the trigger's name is not one */
  event?: string;
  /** what the event's object says, beside being as Stripe declares it */
  says?: object;
}

const DAY_SECONDS = 86_400;

/** payment_method_types is gone from this version of the API. */
const without = (...steps: string[]): Trigger => ({
  flags: () => steps.flatMap((step) => ["--remove", `${step}:payment_method_types`]),
});
const debit = {
  ...without("checkout_session"),
  after: (bench: TestDouble) => bench.advance(3 * DAY_SECONDS),
};
/** A promotion code names its coupon as a promotion now. */
const promotion: Trigger = {
  flags: () => [
    ...["--remove", "promotion_code:coupon", "--add", "promotion_code:promotion[type]=coupon"],
    ...["--add", "promotion_code:promotion[coupon]=$" + "{coupon:id}"],
  ],
};
const card = [
  ...["--add", "customer:payment_method=pm_card_visa"],
  ...["--add", "customer:invoice_settings[default_payment_method]=pm_card_visa"],
];
/** Phases have a duration instead of iterations, and customers no sources. */
const phases = (count: number) => [
  ...["--remove", "subscription_schedule:phases", ...card],
  ...Array.from({ length: count }, (_, at) => `subscription_schedule:phases[${at}]`).flatMap((phase, at) => [
    ...["--add", `${phase}[items][0][price]=\${price:id}`, "--add", `${phase}[items][0][quantity]=${at + 1}`],
    ...["--add", `${phase}[duration][interval]=month`],
  ]),
];
const schedule = (count: number): Trigger => ({
  flags: () => ["--remove", "customer:source", ...phases(count)],
});
/** There is one clock, and it never goes back: the test clock starts now instead of in 2020. */
const clocked = (days: number): Trigger => ({
  flags: ({ double }) => {
    const now = double.engine.clock.nowSeconds();
    return [
      ...[...phases(1), "--override", `test_clock:frozen_time=${now}`],
      ...["--override", "subscription_schedule:start_date=now"],
      ...["--override", `advance_test_clock:frozen_time=${now + days * DAY_SECONDS}`],
    ];
  },
  after: (bench) => bench.advance(0),
});
const asIs: Trigger = {};

/** Every event the tool can make and the double takes part in, with what its fixture needs. */
export const triggers: Record<string, Trigger> = {
  "billing_portal.configuration.created": asIs,
  "billing_portal.configuration.updated": asIs,
  "billing_portal.session.created": { before: (bench) => bench.control("POST", "dashboard/portal-default", {}) },
  "charge.captured": without("payment_intent"),
  "charge.dispute.closed": without("payment_intent"),
  "charge.dispute.created": without("payment_intent"),
  "charge.dispute.updated": without("payment_intent"),
  "charge.failed": without("payment_intent"),
  "charge.refund.updated": without("payment_intent"),
  "charge.refunded": without("payment_intent"),
  "charge.succeeded": without("payment_intent"),
  "checkout.session.async_payment_failed": {
    ...debit,
    flags: () => [
      ...["--remove", "checkout_session:payment_method_types"],
      ...["--remove", "payment_method:sepa_debit"],
      ...["--add", "payment_method:sepa_debit[iban]=AT861904300235473202"],
    ],
  },
  "checkout.session.async_payment_succeeded": {
    ...debit,
    says: { status: "complete", payment_status: "paid", currency: "eur" },
  },
  "checkout.session.completed": { says: { status: "complete", payment_status: "paid", amount_total: 3000 } },
  "checkout.session.expired": asIs,
  "coupon.created": asIs,
  "coupon.deleted": asIs,
  "coupon.updated": asIs,
  "credit_note.created": { says: { type: "pre_payment", total: 1000, status: "issued" } },
  "credit_note.updated": { says: { metadata: { foo: "bar" } } },
  "credit_note.voided": { says: { status: "void" } },
  "customer.created": asIs,
  "customer.deleted": asIs,
  "customer.subscription.created": asIs,
  "customer.subscription.deleted": {
    says: { status: "canceled", cancellation_details: { reason: "cancellation_requested" } },
  },
  "customer.subscription.paused": { says: { status: "paused" } },
  "customer.subscription.trial_will_end": { says: { status: "trialing" } },
  "customer.subscription.updated": asIs,
  "customer.updated": asIs,
  "invoice.created": asIs,
  "invoice.deleted": { says: { status: "draft" } },
  "invoice.finalized": asIs,
  "invoice.marked_uncollectible": { says: { status: "uncollectible" } },
  "invoice.paid": { says: { status: "paid", amount_paid: 2000, attempt_count: 1 } },
  "invoice.payment_action_required": { says: { status: "open", attempted: true } },
  "invoice.payment_failed": { says: { status: "open", attempt_count: 1, attempted: true } },
  "invoice.payment_succeeded": asIs,
  "invoice.sent": { says: { status: "open", collection_method: "send_invoice", amount_due: 2000 } },
  "invoice.updated": asIs,
  "invoice.voided": asIs,
  "invoiceitem.created": asIs,
  "invoiceitem.deleted": { says: { amount: 2000 } },
  "payment_intent.amount_capturable_updated": without("payment_intent"),
  "payment_intent.canceled": asIs,
  "payment_intent.created": without("payment_intent"),
  "payment_intent.payment_failed": without("payment_intent"),
  "payment_intent.processing": without("payment_intent"),
  "payment_intent.requires_action": without("payment_intent"),
  "payment_intent.succeeded": without("payment_intent"),
  "payment_method.attached": asIs,
  "payment_method.detached": asIs,
  "payment_method.updated": asIs,
  "price.created": asIs,
  "price.updated": asIs,
  "product.created": asIs,
  "product.deleted": asIs,
  "product.updated": asIs,
  "promotion_code.created": promotion,
  "promotion_code.updated": promotion,
  "setup_intent.canceled": without("setup_intent"),
  "setup_intent.created": without("setup_intent"),
  "setup_intent.requires_action": asIs,
  "setup_intent.setup_failed": without("setup_intent"),
  "setup_intent.succeeded": without("setup_intent"),
  "subscription.payment_failed": { event: "invoice.payment_failed" },
  "subscription.payment_succeeded": { event: "invoice.payment_succeeded" },
  "subscription_schedule.aborted": {
    flags: () => ["--remove", "customer:source", ...card],
    event: "subscription_schedule.canceled",
  },
  "subscription_schedule.canceled": schedule(2),
  "subscription_schedule.completed": clocked(40),
  "subscription_schedule.created": schedule(2),
  "subscription_schedule.expiring": clocked(25),
  "subscription_schedule.released": schedule(2),
  "subscription_schedule.updated": schedule(2),
  "test_helpers.test_clock.advancing": { after: (bench) => bench.advance(0) },
  "test_helpers.test_clock.created": asIs,
  "test_helpers.test_clock.deleted": asIs,
  "test_helpers.test_clock.ready": { after: (bench) => bench.advance(0) },
};

/** What the tool could make and the double does not, by the reason. */
export const leftOut: Record<string, RegExp> = {
  "another product of Stripe's": /^(account|balance|identity|issuing_|payout|reporting|topup|transfer)/,
  "coupons of customers and sources, which this version of the API has no more": /^customer\.(discount|source)\./,
  "money that lies with Stripe": /^(cash_balance|customer_cash_balance_transaction|payment_intent\.partially_funded)/,
  "quotes and payment links": /^(quote|payment_link)\./,
  "plans, which are prices here": /^plan\./,
  "tax rates: one percentage stands for all": /^tax_rate\./,
  "sent to meter-events.stripe.com whatever the address of the API": /^v1\.billing\.meter\./,
};
