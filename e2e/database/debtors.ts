import type Stripe from "stripe";
import type { Buyer } from "../../lib/checkout/start";
import { now } from "../../lib/clock";
import { advanceDunning } from "../../lib/dunning/advance";
import { askAboutCustomer } from "../../lib/events/reconcile";
import { billPeriod, billRemainder, usageIsVisible } from "../../lib/metering/remainder";
import { flushUsage } from "../../lib/metering/report";
import { readStanding } from "../../lib/standing";
import { stripe } from "../../lib/stripe/client";
import { finishEndings } from "../../lib/subscriptions/ending";
import type { BillingScene } from "./billing.ts";
import { type Subscriber, subscribersOf } from "./subscribers.ts";

export const DAY_SECONDS = 86_400;

interface OpenAlert {
  readonly kind: string;
  readonly key: string;
  readonly data: Record<string, unknown>;
}

/** What stories about unpaid plans need besides their subscribers: what the tick does, and who owes what. */
export function debtorsOf(scene: () => BillingScene) {
  const { useCard: giveCard, ...subscribers } = subscribersOf(scene);

  /** What the tick does about debts. */
  async function tick(): Promise<void> {
    await subscribers.settle();
    await advanceDunning(askAboutCustomer);
    await finishEndings({ flushUsage, usageIsVisible, billRemainder, billPeriod });
    await subscribers.settle();
  }

  async function pass(seconds: number): Promise<void> {
    await scene().advance(seconds);
    await tick();
  }

  /** Two hours past the end of the running period, when its renewal has been tried. */
  async function renew({ subscription }: Pick<Subscriber, "subscription">): Promise<void> {
    const { items } = await stripe().subscriptions.retrieve(subscription);
    const end = items.data[0]?.current_period_end ?? 0;
    await pass(end - Math.floor(now().getTime() / 1000) + 7200);
  }

  const owed = async ({ customer }: Pick<Subscriber, "customer">): Promise<Stripe.Invoice[]> =>
    (await stripe().invoices.list({ customer, status: "open" })).data;

  return {
    ...subscribers,
    giveCard,
    tick,
    pass,
    days: (count: number) => pass(count * DAY_SECONDS),
    renew,
    owed,
    /** Somebody whose renewal was declined an hour ago. */
    async failing(token = "tok_chargeCustomerFail"): Promise<Subscriber> {
      const subscriber = await subscribers.subscribe("starter");
      await giveCard(subscriber, token);
      await renew(subscriber);
      return subscriber;
    },
    /** Pays an invoice, the oldest unless one is named, with a card of its own. */
    async pay(subscriber: Subscriber, invoice?: string): Promise<void> {
      const { id } = await stripe().paymentMethods.create({ type: "card", card: { token: "tok_visa" } });
      await stripe().paymentMethods.attach(id, { customer: subscriber.customer });
      await stripe().invoices.pay(invoice ?? (await owed(subscriber)).at(-1)?.id ?? "", { payment_method: id });
      await tick();
    },
    stage: async ({ account }: Buyer) => (await readStanding(account)).dunning?.stage ?? null,
    outcomes: async ({ account }: Buyer): Promise<string[]> => {
      const rows = await scene().database
        .sql`select outcome from public.dunning_cases where account_id = ${account} order by opened_at`;
      return rows.map(({ outcome }) => outcome);
    },
    async isFrozen({ account }: Buyer): Promise<boolean> {
      const [row] = await scene().database
        .sql`select frozen_at from public.credit_balances where account_id = ${account}`;
      return row?.frozen_at !== null;
    },
    /** What founders are told of an account and has not ended. */
    async alerts({ account }: Buyer): Promise<OpenAlert[]> {
      return scene().database.sql<OpenAlert[]>`
        select kind, key, data from public.alerts where account_id = ${account} and closed_at is null order by kind, key`;
    },
  };
}
