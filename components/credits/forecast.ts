import type { GrantSummary } from "@/lib/credits/summary";

const DAY_MS = 86_400_000;
const HORIZON_DAYS = 365;

/** How fast credits go, and when they are gone at that pace. */
export interface Forecast {
  /** Credits a day, rounded up; 0 when nothing was used. */
  perDay: number;
  /** null: longer than a year, or nothing is used. */
  emptyAt: Date | null;
  /** Credits that will expire unused at this pace. */
  expiringUnused: number;
}

type Lot = Pick<GrantSummary, "remaining" | "effectiveAt" | "expiresAt" | "priority">;

const NEVER = Number.POSITIVE_INFINITY;

/** Whatever ends with a period before what was bought, then what expires first. */
function bySpendingOrder(a: Lot, b: Lot): number {
  const byEnd = (a.expiresAt?.getTime() ?? NEVER) < (b.expiresAt?.getTime() ?? NEVER) ? -1 : 1;
  return a.priority - b.priority || (a.expiresAt?.getTime() === b.expiresAt?.getTime() ? 0 : byEnd);
}

/**
 * Plays the coming days: each spends the daily pace in the ledger's order, and what expires is gone.
 * @param used credits spent in the last `days` days
 * @param grants those that are here and those still to come
 */
export function forecastCredits(used: number, days: number, grants: readonly Lot[], now: Date): Forecast {
  const perDay = days > 0 ? Math.ceil(used / days) : 0;
  const lots = [...grants].sort(bySpendingOrder).map((grant) => ({ ...grant, left: grant.remaining as number }));
  let emptyAt: Date | null = null;
  let expiringUnused = 0;
  for (let day = 1; day <= HORIZON_DAYS && emptyAt === null; day += 1) {
    const at = new Date(now.getTime() + day * DAY_MS);
    let wanted = perDay;
    for (const lot of lots) {
      if (lot.effectiveAt > at) continue;
      const spent = Math.min(lot.left, wanted);
      lot.left -= spent;
      wanted -= spent;
      if (lot.expiresAt && lot.expiresAt <= at) {
        expiringUnused += lot.left;
        lot.left = 0;
      }
    }
    const later = lots.some((lot) => lot.left > 0);
    if (perDay > 0 && !later) emptyAt = at;
  }
  return { perDay, emptyAt, expiringUnused };
}
