import { join } from "node:path";
import { startChild } from "./child.ts";
import { PROJECT } from "./settings.ts";
import type { StartApp } from "./stack.ts";

// The job tick, and what the stand-ins tell the app, come all the time; they are worth a line only when they fail.
const MACHINES = /^\s*POST \/api\/(jobs|stripe\/webhook|stripe\/thin|resend\/webhook) 200 /;

/**
 * Starts `next dev`. It is ready when the first page has been built and answered, so that nobody waits for it in a
 * browser; what it says before that is kept back.
 */
export const startNext: StartApp = (settings, environment) => {
  let isQuiet = true;
  const child = startChild({
    name: "next",
    args: [
      join(PROJECT, "node_modules/next/dist/bin/next"),
      "dev",
      "-H",
      "127.0.0.1",
      "-p",
      String(settings.ports.app),
    ],
    environment: { ...process.env, NEXT_TELEMETRY_DISABLED: "1", ...environment },
    data: settings.data,
    onLine: (line) => {
      if (!isQuiet && !MACHINES.test(line)) process.stdout.write(`${line}\n`);
    },
  });
  let ended = false;
  void child.exited.then(() => {
    ended = true;
  });
  const ready = (async () => {
    while (!ended) {
      const answer = await fetch(`http://127.0.0.1:${settings.ports.app}/`, { redirect: "manual" }).catch(() => null);
      if (answer) {
        await answer.arrayBuffer();
        break;
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    isQuiet = false;
  })();
  return { child, ready };
};
