import { workThrough } from "@/lib/batch";
import { now } from "@/lib/clock";
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
