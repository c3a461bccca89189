import { workThrough } from "@/lib/batch";
import { forgetCustomer } from "@/lib/checkout/customer";
import { now } from "@/lib/clock";
import { syncPayment } from "@/lib/payments/payment";
import { idOf, isLivemode, isMissing, stripe } from "@/lib/stripe/client";
import { CustomerBusy, withCustomer } from "@/lib/subscriptions/lease";
import { syncSubscription } from "@/lib/subscriptions/sync";
import { rpc } from "@/lib/supabase/rpc";
import { session as sessionWork } from "./handlers";

const MOST = 10;

/** Whoever has the customer now fetches what we would have fetched. */
async function unlessBusy(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof CustomerBusy)) throw error;
  }
}

async function reconcileSession(id: string): Promise<void> {
  try {
    const session = await stripe().checkout.sessions.retrieve(id);
    const customer = idOf(session.customer);
    if (session.status === "open" || !customer) return;
    await withCustomer(customer, (lease) => sessionWork(session).run({ subject: customer, lease }));
  } catch (error) {
    if (!isMissing(error)) throw error;
    await rpc("close_checkout", { id: null, session_id: id, outcome: "failed", at: now() });
  }
}

/** Asks Stripe what became of one checkout, and writes what follows. */
export const askAboutSession = (session: string): Promise<void> => unlessBusy(reconcileSession(session));

/** Asks Stripe what came back of one payment, and brings its credits in step. */
export const askAboutPayment = (paymentIntent: string, customer: string): Promise<void> =>
  unlessBusy(withCustomer(customer, (lease) => syncPayment({ paymentIntent, customer, lease })));

async function isGone(customer: string): Promise<boolean> {
  try {
    return (await stripe().customers.retrieve(customer)).deleted === true;
  } catch (error) {
    if (!isMissing(error)) throw error;
    return true;
  }
}

/** Follows a customer that Stripe lists no more, if it says so itself: it is forgotten, and what it had is over. */
export async function askAboutDeleted(customer: string): Promise<void> {
  if (!(await isGone(customer))) return;
  await forgetCustomer(customer);
  await askAboutCustomer(customer);
}

/** Asks Stripe about open checkouts, and payments on their way, that no event has come for, so that an event that never comes is no "never". */
export async function reconcileCheckouts(): Promise<void> {
  const { sessions } = await rpc<{ sessions: string[] }>("claim_silent_checkouts", { most: MOST, at: now() });
  await workThrough(sessions, (session) => unlessBusy(reconcileSession(session)));
}

/** Fetches a customer and writes what follows, unless somebody is doing that now. */
export const askAboutCustomer = (customer: string): Promise<void> =>
  unlessBusy(withCustomer(customer, (lease) => syncSubscription({ customer, lease })));

/**
 * Asks Stripe about subscriptions whose period is over by our clock, and first payments left unfinished for a day: the
 * roll brings the bridge, event or not.
 */
export async function reconcileSubscriptions(): Promise<void> {
  const customers = await rpc<string[]>("claim_overdue_customers", { livemode: isLivemode(), most: MOST, at: now() });
  await workThrough(customers, askAboutCustomer);
}
