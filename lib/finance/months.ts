import { z } from "zod";
import { now } from "@/lib/clock";
import { isLivemode } from "@/lib/stripe/client";
import { rpc } from "@/lib/supabase/rpc";

const month = z
  .object({
    currency: z.string(),
    month: z.string(),
    is_closed: z.boolean(),
    opening_cents: z.number(),
    packs_cents: z.number(),
    plans_cents: z.number(),
    imports_cents: z.number(),
    reinstated_cents: z.number(),
    used_cents: z.number(),
    expired_cents: z.number(),
    clawed_cents: z.number(),
    closing_cents: z.number(),
    opening_credits: z.number(),
    granted_credits: z.number(),
    used_credits: z.number(),
    expired_credits: z.number(),
    clawed_credits: z.number(),
    closing_credits: z.number(),
    overage_cents: z.number(),
    other_cents: z.number(),
    returned_cents: z.number(),
  })
  .transform((it) => ({
    /** Three letters as Stripe writes them; empty for credits that nobody paid for. */
    currency: it.currency,
    /** Such as "2026-11". */
    month: it.month.slice(0, 7),
    /** False as long as the month may still change. */
    isClosed: it.is_closed,
    /** What is owed in credits, in cents without tax. */
    owed: {
      opening: it.opening_cents,
      packs: it.packs_cents,
      plans: it.plans_cents,
      imports: it.imports_cents,
      reinstated: it.reinstated_cents,
      used: it.used_cents,
      expired: it.expired_cents,
      clawed: it.clawed_cents,
      closing: it.closing_cents,
    },
    credits: {
      opening: it.opening_credits,
      granted: it.granted_credits,
      used: it.used_credits,
      expired: it.expired_credits,
      clawed: it.clawed_credits,
      closing: it.closing_credits,
    },
    /** Paid in arrears, and whatever else invoices were paid for without credits. */
    overage: it.overage_cents,
    other: it.other_cents,
    /** Refunded, disputed or credited in this month, tax included; negative when money came back to us. */
    returned: it.returned_cents,
    /** What was earned: credits used or lapsed, what was paid without credits, less what went back beyond the credits taken back for it. */
    earned:
      it.used_cents +
      it.expired_cents +
      it.clawed_cents -
      it.reinstated_cents +
      it.overage_cents +
      it.other_cents -
      it.returned_cents,
  }));

/** A month of the books in one currency. */
export type FinanceMonth = z.output<typeof month>;

/**
 * The months of the books in the mode of our key, the newest first, with the running one as it stands now. In each,
 * opening + packs + plans + imports + reinstated − used − expired − clawed = closing, in cents and for each currency, and
 * the next month opens with it.
 * @throws RpcError if the database cannot answer
 */
export async function readFinanceMonths(): Promise<FinanceMonth[]> {
  const answer = await rpc("read_finance_months", { livemode: isLivemode(), at: now() });
  return z.object({ months: z.array(month) }).parse(answer).months;
}

/**
 * One month in each of its currencies.
 * @param name such as "2026-11"
 * @returns an empty list for a month that is not in the books
 */
export async function readFinanceMonth(name: string): Promise<FinanceMonth[]> {
  return (await readFinanceMonths()).filter((one) => one.month === name);
}

/**
 * Closes the books of every month that is over: nothing in it changes any more. Safe to repeat; does nothing but look
 * on all days but one.
 * @throws RpcError if the database cannot answer
 */
export async function closeFinanceMonths(): Promise<void> {
  await rpc("close_finance_months", { livemode: isLivemode(), at: now() });
}
