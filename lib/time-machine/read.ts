import { now } from "@/lib/clock";
import { env } from "@/lib/env";
import { readWalks } from "./clock";
import { findCustomer, findNextRenewal } from "./customer";
import { readDeliveries } from "./deliveries";
import { askDouble } from "./double";
import { readPersonas, readWho } from "./personas";
import type { TimeMachine } from "./state";

/** Everything the toolbar shows, for whoever asks. */
export async function readTimeMachine(): Promise<TimeMachine> {
  const who = await readWho();
  const customer = who ? await findCustomer(who.account.id) : null;
  const { underway, report } = readWalks();
  const [nextRenewal, deliveries, personas] = await Promise.all([
    customer ? findNextRenewal(customer) : null,
    readDeliveries(),
    readPersonas(),
  ]);
  const { MAILBOX_URL, STRIPE_DASHBOARD_URL } = env();
  return {
    now: now().toISOString(),
    moving: underway ?? (await readOtherMove()),
    report,
    nextRenewal: nextRenewal?.toISOString() ?? null,
    who: who && { email: who.email, account: who.account.name },
    hasCustomer: customer !== null,
    personas,
    deliveries,
    links: [
      ...(MAILBOX_URL ? [{ label: "Mailbox", href: MAILBOX_URL }] : []),
      ...(STRIPE_DASHBOARD_URL ? [{ label: "Local Stripe", href: STRIPE_DASHBOARD_URL }] : []),
    ],
  };
}

/** Somebody may move the clock from the local Stripe's own page too. */
async function readOtherMove(): Promise<TimeMachine["moving"]> {
  const { advancing, now: at } = await askDouble<{ advancing?: boolean; now: string }>("clock");
  return advancing ? { from: at, to: null } : null;
}

/** The date alone, for watching the clock move. */
export function readMove(): Pick<TimeMachine, "now" | "moving"> {
  return { now: now().toISOString(), moving: readWalks().underway };
}
