import { type CsvValue, csvLine } from "@/lib/billing/csv";
import type { Entry } from "./read";

const COLUMNS = [
  "recorded_at",
  "operation",
  "feature",
  "model",
  "input_tokens",
  "cached_input_tokens",
  "output_tokens",
  "reasoning_tokens",
  "credits",
  "overage_credits",
  "debt_credits",
  "balance_after",
  "estimated",
  "key",
] as const;

function row(entry: Entry): string {
  const { tokens } = entry;
  const values: Record<(typeof COLUMNS)[number], CsvValue> = {
    recorded_at: entry.recordedAt,
    operation: entry.operation,
    feature: entry.feature,
    model: entry.model,
    input_tokens: tokens?.input ?? null,
    cached_input_tokens: tokens?.cachedInput ?? null,
    output_tokens: tokens?.output ?? null,
    reasoning_tokens: tokens?.reasoning ?? null,
    credits: entry.credits,
    overage_credits: entry.overageCredits,
    debt_credits: entry.debtCredits,
    balance_after: entry.balanceAfter,
    estimated: entry.estimated,
    key: entry.key,
  };
  return csvLine(COLUMNS.map((column) => values[column]));
}

/**
 * Writes entries as CSV while they are read, so that a long history needs little memory.
 * @param pages - entries, a page at a time
 */
export function csvStream(pages: AsyncGenerator<Entry[]>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    start(controller) {
      controller.enqueue(encoder.encode(csvLine(COLUMNS)));
    },
    async pull(controller) {
      const { value, done } = await pages.next();
      if (done) return controller.close();
      controller.enqueue(encoder.encode(value.map(row).join("")));
    },
    async cancel() {
      await pages.return(undefined);
    },
  });
}
