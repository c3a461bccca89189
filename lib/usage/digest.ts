import { z } from "zod";
import { workThrough } from "@/lib/batch";
import { now } from "@/lib/clock";
import { rpc } from "@/lib/supabase/rpc";

const MOST_MAILS = 50;

const digests = z.array(
  z.object({
    account_id: z.string(),
    month_ends: z.string(),
    credits: z.number(),
    overage_credits: z.number(),
    events: z.number(),
    top_model: z.string().nullable(),
    left_credits: z.number().nullable(),
  }),
);

/**
 * Tells owners who asked for it, in the first three days of a month, what their accounts used in the month before. An
 * account that used nothing has nothing to tell.
 * @throws AggregateError naming what failed, after the others had their turn; the next tick tries again
 */
export async function mailDigests(): Promise<void> {
  const due = digests.parse(await rpc("find_due_digests", { most: MOST_MAILS, at: now() }));
  await workThrough(due, (month) =>
    rpc("queue_mail", {
      account_id: month.account_id,
      kind: "usage_digest",
      key: month.month_ends,
      data: {
        monthEndsAt: month.month_ends,
        credits: month.credits,
        overageCredits: month.overage_credits,
        events: month.events,
        topModel: month.top_model,
        leftCredits: month.left_credits ?? 0,
      },
      at: now(),
    }),
  );
}
