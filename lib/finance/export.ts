import { type CsvValue, csvLine } from "@/lib/billing/csv";
import type { GrantMonth } from "./grant-months";
import type { FinanceMonth } from "./months";

const columns: Record<string, (month: FinanceMonth) => CsvValue> = {
  month: ({ month }) => month,
  currency: ({ currency }) => currency || "none",
  closed: ({ isClosed }) => isClosed,
  opening_cents: ({ owed }) => owed.opening,
  packs_sold_cents: ({ owed }) => owed.packs,
  plans_sold_cents: ({ owed }) => owed.plans,
  imported_cents: ({ owed }) => owed.imports,
  reinstated_cents: ({ owed }) => owed.reinstated,
  used_cents: ({ owed }) => owed.used,
  expired_cents: ({ owed }) => owed.expired,
  clawed_back_cents: ({ owed }) => owed.clawed,
  closing_cents: ({ owed }) => owed.closing,
  overage_paid_cents: ({ overage }) => overage,
  other_paid_cents: ({ other }) => other,
  returned_cents: ({ returned }) => returned,
  earned_cents: ({ earned }) => earned,
  opening_credits: ({ credits }) => credits.opening,
  granted_credits: ({ credits }) => credits.granted,
  used_credits: ({ credits }) => credits.used,
  expired_credits: ({ credits }) => credits.expired,
  clawed_back_credits: ({ credits }) => credits.clawed,
  closing_credits: ({ credits }) => credits.closing,
};

/** The books as CSV: a line a month and currency, whole cents without tax; gifts have the currency "none". */
export function monthsCsv(months: readonly FinanceMonth[]): string {
  const head = csvLine(Object.keys(columns));
  return head + months.map((month) => csvLine(Object.values(columns).map((value) => value(month)))).join("");
}

const GRANT_COLUMNS = [
  "grant_id",
  "account_id",
  "source",
  "source_id",
  "currency",
  "booked_at",
  "amount",
  "paid_cents",
  "used_credits",
  "expired_credits",
  "clawed_credits",
  "used_cents",
  "expired_cents",
  "clawed_cents",
  "gone_credits",
] as const satisfies ReadonlyArray<keyof GrantMonth>;

/** The grants behind a month as CSV, written while they are read. */
export function grantMonthsCsv(pages: AsyncGenerator<GrantMonth[]>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    start(controller) {
      controller.enqueue(encoder.encode(csvLine(GRANT_COLUMNS)));
    },
    async pull(controller) {
      const { value, done } = await pages.next();
      if (done) return controller.close();
      const lines = value.map((grant) => csvLine(GRANT_COLUMNS.map((column) => grant[column])));
      controller.enqueue(encoder.encode(lines.join("")));
    },
    async cancel() {
      await pages.return(undefined);
    },
  });
}
