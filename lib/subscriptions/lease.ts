import { randomUUID } from "node:crypto";
import { now } from "@/lib/clock";
import { rpc } from "@/lib/supabase/rpc";

/** How long one worker may keep a customer; a worker that dies frees it by then. */
export const LEASE_SECONDS = 120;

/** Somebody else is working on the customer; trying again in a moment is right. */
export class CustomerBusy extends Error {
  override name = "CustomerBusy";
}

export const newLease = (): string => randomUUID();

/** Lets a customer go before the lease is over. */
export async function releaseCustomer(customer: string, lease: string): Promise<void> {
  await rpc("release_customer", { customer_id: customer, lease });
}

/**
 * Does something while no other worker, on this server or another, touches the customer.
 * @throws CustomerBusy if somebody does; whatever `work` throws
 */
export async function withCustomer<T>(customer: string, work: (lease: string) => Promise<T>): Promise<T> {
  const lease = newLease();
  const claimed = await rpc<{ ok: boolean }>("claim_customer", {
    customer_id: customer,
    lease,
    lease_seconds: LEASE_SECONDS,
    at: now(),
  });
  if (!claimed.ok) throw new CustomerBusy(`Another worker has the customer ${customer}.`);
  try {
    return await work(lease);
  } finally {
    await releaseCustomer(customer, lease);
  }
}
