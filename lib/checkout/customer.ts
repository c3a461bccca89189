import type { AccountId } from "@/lib/billing/units";
import { now } from "@/lib/clock";
import { isLivemode, stripe } from "@/lib/stripe/client";
import { rpc } from "@/lib/supabase/rpc";

/**
 * The Stripe customer of an account, made if there is none. The idempotency key is the account's, so that two tabs at
 * once make one customer; the first that is saved counts. A key demands the same parameters whoever asks, so the buyer
 * is written on the customer afterwards.
 * @param buyer who pays now: the name and address Stripe puts on receipts
 */
export async function customerFor(account: AccountId, buyer: { name: string; email: string }): Promise<string> {
  const livemode = isLivemode();
  const known = await rpc<{ customer_id: string | null; former: number }>("find_customer", {
    account_id: account,
    livemode,
  });
  if (known.customer_id) return known.customer_id;
  const customer = await stripe().customers.create(
    { metadata: { account } },
    { idempotencyKey: `customer:${account}:${known.former}` },
  );
  await stripe().customers.update(customer.id, { name: buyer.name, email: buyer.email });
  const saved = await rpc<{ customer_id: string }>("save_customer", {
    account_id: account,
    customer_id: customer.id,
    livemode,
    at: now(),
  });
  return saved.customer_id;
}

/** Notes that Stripe has a customer no more, so that the next checkout makes a new one. */
export async function forgetCustomer(customer: string): Promise<void> {
  await rpc("forget_customer", { customer_id: customer, at: now() });
}
