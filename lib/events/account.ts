import { readAdminAccount } from "@/lib/admin/account";
import type { AccountId } from "@/lib/billing/units";
import { readPayments } from "@/lib/payments/list";
import { syncPayment } from "@/lib/payments/payment";
import { idOf, isMissing, stripe } from "@/lib/stripe/client";
import { CustomerBusy, withCustomer } from "@/lib/subscriptions/lease";
import { syncSubscription } from "@/lib/subscriptions/sync";

const MOST_PAYMENTS = 25;
const BUSY = "Something else is being done for this customer right now. Try again in a moment.";

export type AskedAnswer =
  | { ok: true; code: "asked"; customers: number; payments: number }
  | { ok: false; code: "busy"; message: string };

async function askAboutPayment(paymentIntent: string): Promise<void> {
  try {
    const customer = idOf((await stripe().paymentIntents.retrieve(paymentIntent)).customer);
    if (customer) await withCustomer(customer, (lease) => syncPayment({ paymentIntent, customer, lease }));
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

/**
 * Fetches an account's customers, plans, invoices and latest payments from Stripe anew and writes what follows, as their
 * events would have. Nothing is charged or granted twice by it.
 * @returns how much was asked about; `busy` if another worker has a customer, and asking again is right
 * @throws Error if Stripe or the database cannot answer
 */
export async function askAboutAccount(account: AccountId): Promise<AskedAnswer> {
  const [found, payments] = await Promise.all([
    readAdminAccount(account),
    readPayments(account, { most: MOST_PAYMENTS }),
  ]);
  const customers = found?.customers ?? [];
  try {
    for (const { id: customer } of customers)
      await withCustomer(customer, (lease) => syncSubscription({ customer, lease }));
    for (const { paymentIntent } of payments) await askAboutPayment(paymentIntent);
    return { ok: true, code: "asked", customers: customers.length, payments: payments.length };
  } catch (error) {
    if (error instanceof CustomerBusy) return { ok: false, code: "busy", message: BUSY };
    throw error;
  }
}
