import { workThrough } from "@/lib/batch";
import { calendarMonth } from "@/lib/billing/allowance";
import { entitlementFor } from "@/lib/billing/entitlement";
import { planOf } from "@/lib/billing/offers";
import { type AccountId, accountId } from "@/lib/billing/units";
import { now } from "@/lib/clock";
import { readStanding } from "@/lib/standing";
import { rpc } from "@/lib/supabase/rpc";

const PAGE = 200;
const NEWCOMER_DAYS = 3;
const JOB = "free allowance";

/**
 * Gives a personal account the free credits of this calendar month, if its plan is Free and its person's address is
 * confirmed: once a person and month, whoever asks. Call it where somebody is about to see or use credits.
 * @returns whether credits were given now
 * @throws RpcError if the database cannot answer
 */
export async function grantFreeMonth(account: AccountId): Promise<boolean> {
  const at = now();
  const { monthlyAllowance } = planOf("free");
  if (monthlyAllowance === 0 || entitlementFor(await readStanding(account), at).allowance !== "free") return false;
  const month = calendarMonth(at);
  const { code } = await rpc<{ code: string }>("grant_free_month", {
    account_id: account,
    month: month.name,
    amount: monthlyAllowance,
    expires_at: month.end,
    at,
  });
  return code === "granted";
}

const findAccounts = (month: string, after: string | null, since: Date | null) =>
  rpc<string[]>("find_free_accounts", { month, after_id: after, made_since: since, most: PAGE });

/** Sign-ups of the last days whose month is still missing: they may have confirmed their address only now. */
async function grantNewcomers(month: string): Promise<void> {
  const newcomers = await findAccounts(month, null, new Date(now().getTime() - NEWCOMER_DAYS * 86_400_000));
  await workThrough(newcomers, (id) => grantFreeMonth(accountId(id)));
}

/** The next page of everybody. The position moves to the last one that went well, so that an outage skips nobody. */
async function grantPage(month: string): Promise<void> {
  const { progress } = await rpc<{ progress: string | null }>("read_job", { name: JOB });
  const [seenMonth, position] = progress?.split("/") ?? [];
  if (seenMonth === month && position === "done") return;
  const after = seenMonth === month && position ? position : null;
  const page = await findAccounts(month, after, null);
  let reached = after;
  try {
    await workThrough(page, async (id) => {
      await grantFreeMonth(accountId(id));
      reached = id;
    });
  } finally {
    const isLast = page.length < PAGE && reached === (page.at(-1) ?? after);
    const next = isLast ? "done" : (reached ?? "");
    await rpc("finish_job", { name: JOB, error: null, progress: `${month}/${next}`, at: now() });
  }
}

/**
 * Goes through all personal accounts once a month, a page at each tick, and gives those on the Free plan their month;
 * newcomers get it within a tick. Who falls back to Free in mid-month gets it with that change, or on first use.
 * @throws AggregateError naming what failed, after everybody else had their turn; the next tick goes on from there
 */
export async function grantDueAllowances(): Promise<void> {
  const { name: month } = calendarMonth(now());
  await workThrough([grantNewcomers, grantPage], (grant) => grant(month));
}
