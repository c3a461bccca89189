import { readFileSync, statSync } from "node:fs";

let modifiedMs = -1;
let offsetMs = 0;

/**
 * The present time, for every rule that needs one. Locally it can be moved: the Stripe double keeps the offset in
 * the file named by LEDGERLINE_CLOCK_FILE. Anywhere else it is the real time.
 *
 * @throws Error when the local clock's file holds anything but `{ offsetMs: number }`
 */
export function now(): Date {
  const file = process.env.LEDGERLINE_CLOCK_FILE;
  if (!file || process.env.LEDGERLINE_LOCAL !== "1") return new Date();
  return new Date(Date.now() + offsetIn(file));
}

function offsetIn(file: string): number {
  const stat = statSync(file, { throwIfNoEntry: false });
  if (!stat) return 0;
  if (stat.mtimeMs !== modifiedMs) {
    const { offsetMs: read } = JSON.parse(readFileSync(file, "utf8"));
    if (!Number.isFinite(read)) throw new Error(`${file} holds no offsetMs`);
    offsetMs = read;
    modifiedMs = stat.mtimeMs;
  }
  return offsetMs;
}
