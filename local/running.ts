import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isAlive, startOf } from "./processes.ts";

/** The stack that runs on a data directory. */
export interface Running {
  pid: number;
  /** When the process began, since numbers of processes are given out again. */
  begun: string;
  command: string;
  appUrl: string;
  mailboxUrl: string;
  stripeUrl: string;
}

/** The stack that runs now on this data directory, or null. */
export function findRunning(data: string): Running | null {
  let running: Running;
  try {
    running = JSON.parse(readFileSync(fileIn(data), "utf8"));
  } catch {
    return null;
  }
  return isAlive(running.pid) && startOf(running.pid) === running.begun ? running : null;
}

/**
 * Claims the data directory for this process.
 *
 * @returns null when it was claimed, else who has it
 */
export function claim(data: string, facts: Omit<Running, "pid" | "begun">): Running | null {
  mkdirSync(data, { recursive: true });
  const running: Running = { pid: process.pid, begun: startOf(process.pid), ...facts };
  for (;;) {
    try {
      writeFileSync(fileIn(data), JSON.stringify(running), { flag: "wx" });
      return null;
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    }
    const other = findRunning(data);
    if (other) return other;
    rmSync(fileIn(data), { force: true });
  }
}

export function letGo(data: string): void {
  rmSync(fileIn(data), { force: true });
}

function fileIn(data: string): string {
  return join(data, "running.json");
}
