import type { AccountId } from "@/lib/billing/units";
import { now } from "@/lib/clock";
import { isLivemode } from "@/lib/stripe/client";
import { rpc } from "@/lib/supabase/rpc";
import { checkHours } from "./checks";
import { cancelEvents } from "./correct";
import { deliverRows, prepareRows } from "./deliver";
import { readErrorReports } from "./errors";
import { awaitLateUsage, moveLateUsage } from "./late";
import { billEndedPlans } from "./remainder";
import { type UsageSink, usageSink } from "./sink";

/** One account and its customer, where nobody else's trouble may matter. */
interface Only {
  readonly account: AccountId;
  readonly customer: string;
}

const MOST_WINDOWS = 1000;
const ROUNDS = 3;

/** Does each step, whatever became of the one before, then throws the first error. */
async function inTurn<T>(steps: ReadonlyArray<() => Promise<T>>): Promise<T[]> {
  const failed: unknown[] = [];
  const done: T[] = [];
  for (const step of steps)
    await step()
      .then((result) => done.push(result))
      .catch((error: unknown) => failed.push(error));
  if (failed.length > 0) throw failed[0];
  return done;
}

/** What missed its period, or was lost, is sent anew at once: after a few rounds nothing is left that is due. */
async function deliverAll(sink: UsageSink, deadline: number, only: Only | null = null): Promise<void> {
  const customer = only?.customer ?? null;
  for (let round = 0; round < ROUNDS; round += 1) {
    await prepareRows(sink);
    const worked = await inTurn([
      () => deliverRows(sink, deadline, customer),
      () => moveLateUsage(only?.account ?? null),
      () => checkHours(sink, deadline, customer),
    ]);
    if (worked.every((count) => count === 0)) return;
  }
}

/**
 * The job that reports overage: freezes windows that are over, sends them, compares what was sent with Stripe's sums,
 * and brings late usage where it can still be billed. Safe to run twice at once. With no sink the windows are kept.
 * @param budget.seconds no further row is begun after so long
 * @throws the first error of Stripe or the database, after every step has had its turn
 */
export async function reportUsage({ seconds = 20 } = {}): Promise<void> {
  const deadline = performance.now() + seconds * 1000;
  await rpc("close_meter_windows", { most: MOST_WINDOWS, at: now() });
  const sink = usageSink();
  if (!sink) {
    await rpc("keep_meter_windows", { at: now() });
    return;
  }
  await inTurn<unknown>([
    readErrorReports,
    () => cancelEvents(sink),
    () => deliverAll(sink, deadline),
    awaitLateUsage,
    () => rpc("mark_billed_windows", { livemode: isLivemode(), at: now() }),
    billEndedPlans,
  ]);
}

/**
 * Ends an account's open window and sends all it has, at once. Before any call that ends a period, and when a period's
 * invoice was made.
 * @param at the time up to which usage is cut
 */
export async function flushUsage(account: AccountId, at: Date, { seconds = 20 } = {}): Promise<void> {
  await rpc("cut_meter_windows", { account_id: account, at });
  const sink = usageSink();
  if (!sink) return;
  const { customer_id: customer } = await rpc<{ customer_id: string | null }>("read_unbilled_usage", {
    account_id: account,
    livemode: isLivemode(),
  });
  if (customer) await deliverAll(sink, performance.now() + seconds * 1000, { account, customer });
}

/** Flushes the account behind a customer of ours; for the hour in which the invoice of its period is a draft. */
export async function flushCustomer(customer: string): Promise<void> {
  const { account_id: account } = await rpc<{ account_id: string | null }>("find_customer_account", {
    customer_id: customer,
    livemode: isLivemode(),
  });
  if (account) await flushUsage(account as AccountId, now());
}
