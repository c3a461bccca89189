import { workThrough } from "@/lib/batch";
import { now } from "@/lib/clock";
import { isLivemode, stripe } from "@/lib/stripe/client";
import { rpc } from "@/lib/supabase/rpc";

const MOST = 20;

async function forgetIfDeleted(customer: string): Promise<void> {
  const found = await stripe().customers.retrieve(customer);
  if (found.deleted) await rpc("forget_customer", { customer_id: customer, at: now() });
}

/**
 * Asks Stripe about accounts that owe something: cases whose clock has reached a stage, invoices on terms past their
 * date, and invoices of which nothing was heard for hours. So no stage, no payment and no failure waits for an event.
 * @param ask fetches a customer from Stripe and writes what follows, if nobody else is doing that now
 * @throws AggregateError naming what failed, after every other had its turn; each is asked about again in ten minutes
 */
export async function advanceDunning(ask: (customer: string) => Promise<unknown>): Promise<void> {
  await rpc("note_stripe_mode", { livemode: isLivemode(), at: now() });
  const debtors = await rpc<string[]>("claim_debtors", { livemode: isLivemode(), most: MOST, at: now() });
  await workThrough(debtors, async (customer) => {
    await forgetIfDeleted(customer);
    await ask(customer);
  });
}
