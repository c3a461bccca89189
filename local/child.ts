import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { tether } from "./processes.ts";
import { PROJECT } from "./settings.ts";

export interface Child {
  name: string;
  /** Its last words, for an error message. */
  lastLines(): string;
  exited: Promise<number | null>;
  stop(): Promise<void>;
}

const GRACE_MS = 6_000;

/**
 * Starts a part of the stack as a child in a process group of its own, which ends with this process, however that
 * ends. What it writes goes to `<data>/logs/<name>.log` and to `onLine`.
 *
 * @param args for node
 */
export function startChild(options: {
  name: string;
  args: string[];
  environment: NodeJS.ProcessEnv;
  data: string;
  onLine?: (line: string) => void;
}): Child {
  const { name, args, environment, data, onLine } = options;
  const child = spawn(process.execPath, args, {
    cwd: PROJECT,
    env: environment,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const log = createWriteStream(join(data, "logs", `${name}.log`));
  const last: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    let rest = "";
    stream.setEncoding("utf8").on("data", (text: string) => {
      log.write(text);
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        last.push(line);
        if (last.length > 12) last.shift();
        onLine?.(line);
      }
    });
  }
  const exited = new Promise<number | null>((resolve) => {
    child.once("close", resolve);
    child.once("error", () => resolve(null));
  });
  const letGo = child.pid === undefined ? () => undefined : tether(-child.pid, "TERM");
  void exited.then(() => {
    letGo();
    log.end();
  });
  return { name, lastLines: () => last.join("\n"), exited, stop: () => stop(child, exited) };
}

async function stop(child: ChildProcess, exited: Promise<number | null>): Promise<void> {
  signalGroup(child, "SIGTERM");
  const timer = setTimeout(() => signalGroup(child, "SIGKILL"), GRACE_MS);
  await exited;
  clearTimeout(timer);
}

function signalGroup(child: ChildProcess, signal: "SIGTERM" | "SIGKILL"): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}
