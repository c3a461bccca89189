import { z } from "zod";
import { isLivemode } from "@/lib/stripe/client";
import { rpc } from "@/lib/supabase/rpc";

const time = z.coerce.date();

const mirror = z.object({
  accounts: z.array(z.string()),
  customers: z.record(z.string(), z.object({ account: z.string(), is_former: z.boolean() })),
  subscriptions: z.record(
    z.string(),
    z.object({
      status: z.string(),
      period_end_at: time,
      cancel_at: time.nullable(),
      ended_at: time.nullable(),
      is_paused: z.boolean(),
    }),
  ),
  invoices: z.record(z.string(), z.object({ status: z.string(), total_cents: z.number(), due_cents: z.number() })),
  purchases: z.record(
    z.string(),
    z.object({ status: z.string(), total_cents: z.number(), credits: z.number(), granted: z.number().nullable() }),
  ),
  payments: z.record(
    z.string(),
    z.object({ returned_cents: z.number(), charged_cents: z.number(), is_disputed: z.boolean() }),
  ),
});

export type Mirror = z.output<typeof mirror>;

/**
 * What we hold of some of Stripe's objects, by their ids.
 * @throws RpcError if the database cannot answer
 */
export async function readMirror(ids: {
  accounts?: string[];
  customers?: string[];
  subscriptions?: string[];
  invoices?: string[];
  sessions?: string[];
  payments?: string[];
}): Promise<Mirror> {
  return mirror.parse(await rpc("read_mirror", { livemode: isLivemode(), ...ids }));
}

/** The ids that there are, each once. */
export const idsOf = (ids: ReadonlyArray<string | null | undefined>): string[] => [
  ...new Set(ids.filter((id) => typeof id === "string")),
];
