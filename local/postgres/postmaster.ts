import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isAlive } from "../processes.ts";

interface Postmaster {
  pid: number;
  port: number;
  ready: boolean;
}

/** What the running (or crashed) server wrote about itself into its data directory, or null. */
export function readPostmaster(dataDirectory: string): Postmaster | null {
  let lines: string[];
  try {
    lines = readFileSync(join(dataDirectory, "postmaster.pid"), "utf8").split("\n");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
  return { pid: Number(lines[0]), port: Number(lines[3]), ready: (lines[7] ?? "").trim() === "ready" };
}

/**
 * Stops a server that a killed supervisor left behind on this data directory.
 * PostgreSQL itself removes a postmaster.pid whose process is gone.
 *
 * @throws Error when the old server does not end within 20 seconds
 */
export async function stopOrphan(dataDirectory: string): Promise<void> {
  const orphan = readPostmaster(dataDirectory);
  if (!orphan || !isServerOf(dataDirectory, orphan.pid)) return;
  process.kill(orphan.pid, "SIGINT");
  const deadline = Date.now() + 20_000;
  while (isAlive(orphan.pid)) {
    if (Date.now() > deadline) {
      throw new Error(`An older PostgreSQL (process ${orphan.pid}) does not end. End it with: kill -9 ${orphan.pid}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

// After a restart of the machine the number in the file may belong to any other process.
function isServerOf(dataDirectory: string, pid: number): boolean {
  if (!isAlive(pid)) return false;
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").includes(dataDirectory);
  } catch {
    return true;
  }
}
