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

/** What a spreadsheet would run as a formula when a cell begins with it. */
const FORMULA = /^[=+\-@＝＋－＠\t\r\n]/;

/** A cell as RFC 4180 writes it; text that looks like a formula gets an apostrophe in front. */
function cell(value: string | number | boolean | null): string {
  if (value === null) return "";
  const text = typeof value === "string" && FORMULA.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function row(entry: Entry): string {
  const { tokens } = entry;
  const values: Record<(typeof COLUMNS)[number], string | number | boolean | null> = {
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
  return COLUMNS.map((column) => cell(values[column])).join(",");
}

/**
 * Writes entries as CSV while they are read, so that a long history needs little memory.
 * @param pages - entries, a page at a time
 */
export function csvStream(pages: AsyncGenerator<Entry[]>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    start(controller) {
      controller.enqueue(encoder.encode(`${COLUMNS.join(",")}\r\n`));
    },
    async pull(controller) {
      const { value, done } = await pages.next();
      if (done) return controller.close();
      controller.enqueue(encoder.encode(value.map((entry) => `${row(entry)}\r\n`).join("")));
    },
    async cancel() {
      await pages.return(undefined);
    },
  });
}
