import { now } from "@/lib/clock";
import { idOf, isLivemode, isMissing, stripe } from "@/lib/stripe/client";
import { syncSubscription } from "@/lib/subscriptions/sync";
import { rpc } from "@/lib/supabase/rpc";
import { session as sessionWork } from "./handlers";
import { CustomerBusy, withCustomer } from "./lease";

const MOST = 10;

async function forEach(items: string[], work: (item: string) => Promise<unknown>): Promise<void> {
  const failed: unknown[] = [];
  for (const item of items)
    await work(item).catch((error: unknown) => {
      if (!(error instanceof CustomerBusy)) failed.push(error);
    });
  if (failed.length > 0)
    throw new AggregateError(failed, `${failed.length} of ${items.length} could not be reconciled`);
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
  await forEach(sessions, reconcileSession);
}

/** Asks Stripe about subscriptions whose period is over by our clock: the roll brings the bridge, event or not. */
export async function reconcileSubscriptions(): Promise<void> {
  const customers = await rpc<string[]>("find_overdue_customers", { livemode: isLivemode(), most: MOST, at: now() });
  await forEach(customers, (customer) => withCustomer(customer, (lease) => syncSubscription({ customer, lease })));
}
