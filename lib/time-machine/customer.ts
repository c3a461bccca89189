import { isLocal } from "@/lib/env";
import { adminClient } from "@/lib/supabase/admin";
import { askDouble, listOfDouble } from "./double";

/** The customer that stands for an account at the local Stripe; null until it has bought something. */
export async function findCustomer(account: string): Promise<string | null> {
  if (!isLocal()) return null;
  const { data, error } = await adminClient()
    .from("stripe_customers")
    .select("customer_id")
    .eq("account_id", account)
    .is("deleted_at", null)
    .maybeSingle();
  if (error) throw new Error(`The account's customer could not be read: ${error.message}`);
  return data?.customer_id ?? null;
}

interface Task {
  at: number;
  kind: string;
  payload: Record<string, unknown>;
}

/** When a subscription of the customer turns next: a renewal, or the end of a trial or of the plan. */
export async function findNextRenewal(customer: string): Promise<Date | null> {
  const [subscriptions, { tasks }] = await Promise.all([
    listOfDouble<{ id: string }>("subscriptions", { customer }),
    askDouble<{ tasks: Task[] }>("scheduled"),
  ]);
  const ids = new Set(subscriptions.map(({ id }) => id));
  const turns = tasks.filter(
    ({ kind, payload }) => kind === "subscription.turn" && ids.has(String(payload.subscription)),
  );
  return turns.length > 0 ? new Date(Math.min(...turns.map(({ at }) => at)) * 1000) : null;
}

/** Has the bank refuse the customer's next payment, whatever card it is. */
export async function failNextPayment(customer: string): Promise<void> {
  await askDouble("dashboard/decline-next", { customer });
}
