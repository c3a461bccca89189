import type { Interval, PlanKey } from "../../lib/billing/catalogue";
import type { PlanChange } from "../../lib/billing/changes";
import { type Entitlement, entitlementFor } from "../../lib/billing/entitlement";
import { type Buyer, startCheckout } from "../../lib/checkout/start";
import { now } from "../../lib/clock";
import { expireCredits } from "../../lib/credits/expiry";
import { processPendingEvents } from "../../lib/events/inbox";
import { readStanding } from "../../lib/standing";
import { stripe } from "../../lib/stripe/client";
import { changePlan } from "../../lib/subscriptions/change";
import { previewChange } from "../../lib/subscriptions/preview";
import type { BillingScene } from "./billing.ts";

export interface Subscriber extends Buyer {
  customer: string;
  subscription: string;
}

/** What stories about a plan need besides the scene: who has one, and time going by. */
export function subscribersOf(scene: () => BillingScene) {
  const nowSeconds = () => Math.floor(now().getTime() / 1000);

  /** Works off what is due, and what that brings, until nothing is left. */
  async function settle(): Promise<void> {
    await scene().settle();
    await scene().settle();
    await expireCredits({ limit: 1000 });
  }

  async function advance(seconds: number): Promise<void> {
    await scene().advance(seconds);
    await settle();
  }

  return {
    settle,
    advance,
    /** Buys a plan through checkout. */
    async subscribe(plan: PlanKey, interval: Interval = "monthly", card = "tok_visa"): Promise<Subscriber> {
      const buyer = await scene().buyer();
      const answer = await startCheckout(buyer, { plan, interval });
      if (!answer.ok) throw new Error(answer.message);
      const session = await scene().pay(answer.url, card);
      await settle();
      return { ...buyer, customer: String(session.customer), subscription: String(session.subscription) };
    },
    /** Goes to so many seconds after the end of the base item's running period; two hours let its invoice be paid. */
    async renew({ subscription }: Subscriber, after = 7200): Promise<void> {
      const { items } = await stripe().subscriptions.retrieve(subscription);
      const end = Math.max(...items.data.map((item) => item.current_period_end));
      await advance(end - nowSeconds() + 60);
      await advance(after);
      await processPendingEvents();
      await expireCredits({ limit: 1000 });
    },
    /** Goes to the middle of the base item's running period, to the second. */
    async toHalf({ subscription }: Subscriber): Promise<void> {
      const { items } = await stripe().subscriptions.retrieve(subscription);
      const base = items.data.find(({ price }) => price.recurring?.usage_type === "licensed") ?? items.data[0];
      if (!base) throw new Error(`${subscription} has no items`);
      const half = (base.current_period_start + base.current_period_end) / 2;
      await advance(Math.round(half - now().getTime() / 1000));
    },
    /** Gives the subscriber another card, which is charged from now on. */
    async useCard({ customer, subscription }: Subscriber, token: string): Promise<string> {
      const { id } = await stripe().paymentMethods.create({ type: "card", card: { token } });
      await stripe().paymentMethods.attach(id, { customer });
      await stripe().subscriptions.update(subscription, { default_payment_method: id });
      return id;
    },
    /** Previews and confirms a change, as the pages do. */
    async choose({ account }: Subscriber, change: PlanChange) {
      const preview = await previewChange({ account, change });
      if (!preview.ok) throw new Error(preview.message);
      const { changeId } = preview;
      const prorated = preview.kind === "now" ? { prorationDate: preview.prorationDate } : {};
      return changePlan({ account, change, changeId, ...prorated });
    },
    async entitlement({ account }: Buyer): Promise<Entitlement> {
      return entitlementFor(await readStanding(account), now());
    },
    async mails({ account }: Buyer): Promise<string[]> {
      const rows = await scene().database.sql<Array<{ kind: string }>>`
        select kind from public.mail_outbox
        where account_id = ${account} and kind <> 'low_credit' order by queued_at, kind`;
      return rows.map(({ kind }) => kind);
    },
    /** The prices a subscription has now, by lookup key. */
    async prices({ subscription }: Subscriber): Promise<string[]> {
      const { items } = await stripe().subscriptions.retrieve(subscription);
      return items.data.map(({ price }) => price.lookup_key ?? price.id).sort();
    },
    async total(buyer: Buyer): Promise<number> {
      return (await scene().balance(buyer)).total;
    },
  };
}
