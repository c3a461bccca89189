import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";

/** An append-only file with one line of JSON for each transaction. */
export class Journal {
  private readonly path: string;
  private file: number | undefined;

  constructor(directory: string) {
    mkdirSync(directory, { recursive: true });
    this.path = join(directory, "journal.jsonl");
  }

  /** Every whole line; a last line cut short by a crash is left out. */
  read(): unknown[] {
    if (!existsSync(this.path)) return [];
    const lines = readFileSync(this.path, "utf8").split("\n");
    const tail = lines.pop();
    if (tail) process.stderr.write(`The last change in ${this.path} was cut short and is dropped.\n`);
    return lines.filter(Boolean).map((line) => JSON.parse(line));
  }

  /** Replaces the file by these lines, in one step. */
  rewrite(entries: unknown[]): void {
    this.close();
    const next = `${this.path}.next`;
    writeFileSync(next, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(""));
    renameSync(next, this.path);
  }

  /** Adds one line; it survives the end of the process, however that comes. */
  append(entry: unknown): void {
    this.file ??= openSync(this.path, "a");
    const line = Buffer.from(`${JSON.stringify(entry)}\n`);
    let written = 0;
    while (written < line.length) written += writeSync(this.file, line, written);
  }

  close(): void {
    if (this.file !== undefined) closeSync(this.file);
    this.file = undefined;
  }
}
