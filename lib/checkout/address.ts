import { createHash } from "node:crypto";
import { z } from "zod";
import { workThrough } from "@/lib/batch";
import { now } from "@/lib/clock";
import { isLivemode, isMissing, stripe } from "@/lib/stripe/client";
import { rpc } from "@/lib/supabase/rpc";

const MOST = 20;

const changes = z.array(z.object({ id: z.string(), customer_id: z.string(), former: z.string(), present: z.string() }));
type Change = z.output<typeof changes>[number];

/** Stripe's address of a customer; null for one that it has no more. */
async function readAddress(customer: string): Promise<{ email: string | null } | null> {
  try {
    const found = await stripe().customers.retrieve(customer);
    return found.deleted ? null : { email: found.email };
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

async function follow({
  id,
  customer_id: customer,
  former,
  present,
}: Change): Promise<"followed" | "other_address" | "gone"> {
  const known = await readAddress(customer);
  if (!known) return "gone";
  if (known.email?.toLowerCase() !== former) return "other_address";
  const wanted = createHash("sha256").update(present).digest("hex").slice(0, 16);
  await stripe().customers.update(customer, { email: present }, { idempotencyKey: `address:${id}:${wanted}` });
  return "followed";
}

/**
 * Has Stripe write to the new address of people who changed theirs: what Stripe mails itself, such as an invoice on terms,
 * would go to the old one for ever. An address for bills that is not the person's former one is left as it is. The address
 * that counts is the one they have now, so that several changes may be worked on in any order.
 * @throws AggregateError naming what failed, after every other had its turn; each is tried again in ten minutes
 */
export async function followAddresses(): Promise<void> {
  const due = changes.parse(await rpc("claim_address_changes", { livemode: isLivemode(), most: MOST, at: now() }));
  await workThrough(due, async (change) => {
    const outcome = await follow(change);
    await rpc("finish_address_change", { change_id: change.id, outcome });
  });
}
