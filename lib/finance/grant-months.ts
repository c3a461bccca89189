import { z } from "zod";
import { isLivemode } from "@/lib/stripe/client";
import { rpc } from "@/lib/supabase/rpc";

const PAGE = 1000;

const line = z
  .object({
    grant_id: z.string(),
    account_id: z.string(),
    source: z.string(),
    source_id: z.string(),
    currency: z.string(),
    booked_at: z.string(),
    amount: z.number(),
    paid_cents: z.number(),
    used_credits: z.number(),
    expired_credits: z.number(),
    clawed_credits: z.number(),
    used_cents: z.number(),
    expired_cents: z.number(),
    clawed_cents: z.number(),
    gone_credits: z.number(),
  })
  .strict();

/** What one paid grant lost in a month that is over. */
export type GrantMonth = z.output<typeof line>;

/**
 * The paid grants behind a month that is over, a page at a time: their sums are the month's, to the cent.
 * @param month such as "2026-11"
 * @throws RpcError if the database cannot answer
 */
export async function* readGrantMonths(month: string): AsyncGenerator<GrantMonth[]> {
  let after: string | null = null;
  for (;;) {
    const answer: unknown = await rpc("read_finance_grants", {
      livemode: isLivemode(),
      month: `${month}-01`,
      after_id: after,
      most: PAGE,
    });
    const lines = z.array(line).parse(answer);
    yield lines;
    if (lines.length < PAGE) return;
    after = lines.at(-1)?.grant_id ?? null;
  }
}
