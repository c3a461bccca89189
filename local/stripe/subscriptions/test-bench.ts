import type Stripe from "stripe";
import { afterAll, beforeAll, beforeEach } from "vitest";
import { openTestDouble, type TestDouble } from "../test-double.ts";
import { type Catalogue, makeCatalogue, subscriber } from "./test-catalogue.ts";

export const hour = 3600;
export const day = 24 * hour;

/** A double with a plan for sale, and what tests of subscriptions keep saying. */
export interface SubscriptionBench {
  double: TestDouble;
  stripe: Stripe;
  sold: Catalogue;
  /** the double's time, unix seconds */
  now(): number;
  advance(seconds: number): Promise<void>;
  /** moves the clock to a moment (unix seconds) */
  advanceTo(moment: number): Promise<void>;
  /** a customer whose card pays, with a base item at 29.00 a month */
  subscribed(params?: Partial<Stripe.SubscriptionCreateParams>): Promise<Subscribed>;
  /** base and metered item in one subscription */
  hybrid(customer: string, params?: Partial<Stripe.SubscriptionCreateParams>): Promise<Stripe.Subscription>;
  /** reports credits used, now unless told otherwise */
  use(customer: string, credits: number, at?: number): Promise<unknown>;
  /** newest first */
  invoicesOf(subscription: string): Promise<Stripe.Invoice[]>;
  declineNext(customer: string, times: number): Promise<unknown>;
  /** the types of the events caught since the test began, in order */
  types(): Promise<string[]>;
}

interface Subscribed {
  customer: Stripe.Customer;
  subscription: Stripe.Subscription;
  item: Stripe.SubscriptionItem;
}

/** Opens one bench for a test file and closes it at the end; each test starts with no events caught. */
export function openSubscriptionBench(): SubscriptionBench {
  const bench = {} as SubscriptionBench;
  beforeAll(async () => {
    const double = await openTestDouble();
    Object.assign(bench, verbsOf(double, await makeCatalogue(double.stripe)));
  });
  beforeEach(async () => {
    await bench.double.types();
    bench.double.caught.length = 0;
  });
  afterAll(() => bench.double.close());
  return bench;
}

function verbsOf(double: TestDouble, sold: Catalogue): SubscriptionBench {
  const { stripe } = double;
  const now = () => Math.floor(double.double.engine.clock.nowMs() / 1000);
  return {
    double,
    stripe,
    sold,
    now,
    advance: (seconds) => double.advance(seconds),
    advanceTo: (moment) => double.advance(Math.max(0, moment - now())),
    async subscribed(params = {}) {
      const customer = await subscriber(stripe);
      const items = [{ price: sold.base.id }];
      const subscription = await stripe.subscriptions.create({ customer: customer.id, items, ...params });
      const [item] = subscription.items.data;
      if (!item) throw new Error("A subscription has at least one item");
      return { customer, subscription, item };
    },
    hybrid: (customer, params = {}) =>
      stripe.subscriptions.create({
        customer,
        items: [{ price: sold.base.id }, { price: sold.overage.id }],
        ...params,
      }),
    use: (customer, credits, at = now()) =>
      stripe.billing.meterEvents.create({
        event_name: sold.meter.event_name,
        payload: { stripe_customer_id: customer, value: String(credits) },
        timestamp: at,
      }),
    invoicesOf: async (subscription) => (await stripe.invoices.list({ subscription, limit: 100 })).data,
    declineNext: (customer, times) => double.control("POST", "dashboard/decline-next", { customer, times }),
    types: () => double.types(),
  };
}
