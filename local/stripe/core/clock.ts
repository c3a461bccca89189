import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** The movable clock: the machine's time plus an offset, kept in a small file that other processes read. */
export class Clock {
  private readonly file: string | undefined;
  private offset = 0;

  /** @param file holds `{ "offsetMs": n }`; without it the offset lives in memory */
  constructor(file?: string) {
    this.file = file;
    if (!file || !existsSync(file)) return;
    const { offsetMs } = JSON.parse(readFileSync(file, "utf8")) as { offsetMs?: unknown };
    if (typeof offsetMs !== "number") throw new Error(`${file} does not hold { "offsetMs": <number> }`);
    this.offset = offsetMs;
  }

  get offsetMs(): number {
    return this.offset;
  }

  nowMs(): number {
    return Date.now() + this.offset;
  }

  nowSeconds(): number {
    return Math.floor(this.nowMs() / 1000);
  }

  /** Moves the clock forward to a moment; it never goes back. */
  moveTo(ms: number): void {
    const offset = Math.ceil(ms - Date.now());
    if (offset <= this.offset) return;
    this.offset = offset;
    if (!this.file) return;
    mkdirSync(dirname(this.file), { recursive: true });
    writeFileSync(`${this.file}.next`, JSON.stringify({ offsetMs: offset }));
    renameSync(`${this.file}.next`, this.file);
  }
}
