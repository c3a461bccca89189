import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setting } from "./fixtures";

/** A second instance of the app over the same database, as hosting with several servers has them. */
export interface Instance {
  url: string;
  /** Ends it as a power cut would: nothing it began is finished. */
  kill(): Promise<void>;
}

/**
 * Starts the built app once more.
 *
 * @param clockAheadSeconds how far its clock is ahead of the stack's
 */
export async function startInstance({
  port,
  clockAheadSeconds,
}: {
  port: number;
  clockAheadSeconds: number;
}): Promise<Instance> {
  const directory = mkdtempSync(join(tmpdir(), "ledgerline-instance-"));
  const clockFile = join(directory, "clock.json");
  writeFileSync(clockFile, JSON.stringify({ offsetMs: stackOffsetMs() + clockAheadSeconds * 1000 }));
  const app = spawn(
    process.execPath,
    ["node_modules/next/dist/bin/next", "start", "-H", "127.0.0.1", "-p", String(port)],
    { env: { ...process.env, PORT: String(port), LEDGERLINE_CLOCK_FILE: clockFile }, stdio: "ignore" },
  );
  const url = `http://localhost:${port}`;
  await answering(`${url}/api/health`, app);
  return {
    url,
    kill: async () => {
      if (app.exitCode === null && app.signalCode === null) {
        app.kill("SIGKILL");
        await once(app, "exit");
      }
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function stackOffsetMs(): number {
  const clock: unknown = JSON.parse(readFileSync(setting("LEDGERLINE_CLOCK_FILE"), "utf8"));
  return typeof clock === "object" && clock && "offsetMs" in clock ? Number(clock.offsetMs) : 0;
}

async function answering(address: string, app: ChildProcess): Promise<void> {
  while (app.exitCode === null) {
    const answer = await fetch(address).catch(() => null);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`The second instance ended with ${app.exitCode} before it answered.`);
}
