import type Stripe from "stripe";
import { stripe } from "@/lib/stripe/client";
import { subscriptionOf } from "@/lib/stripe/invoices";

async function endPlan(id: string): Promise<void> {
  const { ended_at: endedAt, schedule } = await stripe().subscriptions.retrieve(id, { expand: ["schedule"] });
  if (endedAt !== null) return;
  if (schedule && typeof schedule === "object" && schedule.released_at === null)
    await stripe().subscriptionSchedules.release(schedule.id);
  await stripe().subscriptions.cancel(id, { prorate: false, invoice_now: false });
}

/**
 * Ends the plans that a disputed payment paid for, at once, with nothing more charged. What was invoiced before is left
 * as it is: Stripe no longer collects it by itself, and should the dispute be won it is still owed.
 * @throws Error if Stripe cannot answer; asked again, it goes on where it stopped
 */
export async function endPlansOf(invoices: readonly Stripe.Invoice[]): Promise<void> {
  for (const id of new Set(invoices.flatMap((invoice) => subscriptionOf(invoice) ?? []))) await endPlan(id);
}

/**
 * Ends every plan of a customer: a lost dispute for fraud holds the account, which is not charged for what it cannot use.
 * @throws Error if Stripe cannot answer; asked again, it goes on where it stopped
 */
export async function endPlansOfCustomer(customer: string): Promise<void> {
  for await (const { id } of stripe().subscriptions.list({ customer, limit: 100 })) await endPlan(id);
}
