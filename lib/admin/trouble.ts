import { z } from "zod";
import { isLivemode } from "@/lib/stripe/client";
import { rpc } from "@/lib/supabase/rpc";

const time = z.coerce.date();
const stage = z.enum(["retrying", "warned", "downgraded", "suspended"]);
const ofAccount = { account_id: z.string(), account_name: z.string() };

const row = z.object({
  cases: z.array(
    z.object({ ...ofAccount, stage, opened_at: time, due_cents: z.number(), currency: z.string().nullable() }),
  ),
  stages: z.partialRecord(stage, z.number()),
  meter_rows: z.array(
    z.object({
      ...ofAccount,
      state: z.enum(["rejected", "review"]),
      value: z.number(),
      window_start_at: time,
      last_error: z.string().nullable(),
    }),
  ),
  holds: z.array(
    z.object({ ...ofAccount, reason: z.enum(["admin", "fraud"]), note: z.string().nullable(), held_at: time }),
  ),
  disputes: z.array(
    z.object({
      ...ofAccount,
      payment_intent_id: z.string(),
      charged_cents: z.number(),
      returned_cents: z.number(),
      is_fraud: z.boolean(),
      synced_at: time,
    }),
  ),
  dead_events: z.array(
    z.object({
      id: z.string(),
      type: z.string(),
      last_error: z.string().nullable(),
      finished_at: time,
      account_id: z.string().nullable(),
      account_name: z.string().nullable(),
    }),
  ),
});

/** What is wrong in all accounts, the worst or newest of each kind, and how many unpaid plans stand at each stage. */
export type Trouble = z.output<typeof row>;

/**
 * Reads what is wrong, in the mode of our key.
 * @param most how many of each kind
 * @throws RpcError if the database cannot answer
 */
export async function readTrouble(most = 10): Promise<Trouble> {
  return row.parse(await rpc("read_trouble", { livemode: isLivemode(), most }));
}
