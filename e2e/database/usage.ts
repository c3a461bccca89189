import { randomUUID } from "node:crypto";
import { type Buyer, startCheckout } from "../../lib/checkout/start";
import { now } from "../../lib/clock";
import { METER_EVENT } from "../../lib/stripe/catalogue";
import { stripe } from "../../lib/stripe/client";
import { rpc } from "../../lib/supabase/rpc";
import type { BillingScene } from "./billing";

/** Somebody who pays as they go: every credit they use is overage. */
export interface Payer extends Buyer {
  readonly customer: string;
  readonly subscription: string;
}

export interface OutboxRow {
  id: string;
  state: string;
  value: number;
  corrected: number;
  revision: number;
  identifier: string | null;
  former_identifiers: string[];
  event_at: Date;
  window_start_at: Date;
  window_end_at: Date;
  is_rebased: boolean;
  is_in_doubt: boolean;
  attempts: number;
  invoice_id: string | null;
  invoice_item_id: string | null;
  last_error: string | null;
}

const A_LOT = 5_000_000;

/** Subscribes a new person to pay as you go, with the plan's maximum as their own cap. */
export async function payAsYouGo(scene: BillingScene): Promise<Payer> {
  const buyer = await scene.buyer();
  const answer = await startCheckout(buyer, { plan: "payg", interval: "monthly" });
  if (!answer.ok) throw new Error(answer.message);
  const session = await scene.pay(answer.url);
  await scene.settle();
  await rpc("set_overage", { account_id: buyer.account, at: now(), cap: A_LOT });
  return { ...buyer, customer: String(session.customer), subscription: String(session.subscription) };
}

/** Uses credits beyond whatever the account has, as the ledger books them. */
export async function spend({ account }: Buyer, amount: number, key: string = randomUUID()): Promise<void> {
  const answer = await rpc<{ ok: boolean; code: string }>("deduct_credits", {
    account_id: account,
    key,
    amount,
    feature: "assistant",
    at: now(),
    overage_permitted: A_LOT,
    usage: { feature: "assistant", occurred_at: now().toISOString() },
  });
  if (!answer.ok) throw new Error(`The ledger refused ${amount} credits: ${answer.code}`);
}

/** What the ledger says an account has used as overage, ever. */
export async function overageOf(scene: BillingScene, { account }: Buyer): Promise<number> {
  const [row] = await scene.database.sql<Array<{ sum: string }>>`
    select coalesce(sum(overage_credits), 0) as sum from public.usage_events where account_id = ${account}`;
  return Number(row?.sum);
}

/** The account's rows of the outbox, oldest window first. */
export async function outboxOf(scene: BillingScene, { account }: Buyer): Promise<OutboxRow[]> {
  const rows = await scene.database.sql<OutboxRow[]>`
    select * from public.meter_outbox where account_id = ${account} order by window_start_at, revision`;
  return rows.map((row) => ({ ...row, value: Number(row.value), corrected: Number(row.corrected) }));
}

/** What Stripe has counted for a customer in the last 40 days. */
export async function countedByStripe({ customer }: Payer): Promise<number> {
  const { data } = await stripe().billing.meters.list({ limit: 100 });
  const meter = data.find(({ event_name: name }) => name === METER_EVENT);
  if (!meter) throw new Error("There is no meter");
  const minute = Math.floor(now().getTime() / 60_000) * 60;
  let sum = 0;
  for await (const { aggregated_value: value } of stripe().billing.meters.listEventSummaries(meter.id, {
    customer,
    start_time: minute - 40 * 86_400,
    end_time: minute + 600,
  }))
    sum += value;
  return sum;
}
