import { rmSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { requirePorts } from "./ports.ts";
import { movedDirectory } from "./postgres/identity.ts";
import { stopLeftOver } from "./postgres/left-over.ts";
import { findRunning } from "./running.ts";
import { readSecrets } from "./secrets.ts";
import { Explained, readSettings } from "./settings.ts";
import { run, supervise } from "./supervise.ts";

const USAGE = `npm run local                          start everything but Next, and write .local/env
npm run local -- status                say what runs
npm run local -- reset                 forget all local data
npm run local -- stripe --port 12111   start the local Stripe alone`;

// Only what the stack itself made: LEDGERLINE_DATA may name a folder with other things in it.
const MADE = ["clock.json", "env", "logs", "mailbox.jsonl", "postgres", "running.json", "secrets.json", "stripe"];

run(async () => {
  const [command, ...rest] = process.argv.slice(2);
  if (command === undefined) return supervise("npm run local");
  if (command === "status") return status();
  if (command === "reset") return reset();
  if (command === "stripe") return stripeAlone(rest);
  throw new Explained(`There is no ${JSON.stringify(command)}. There is:\n${USAGE}`);
});

async function status(): Promise<void> {
  const running = findRunning(readSettings().data);
  if (!running) throw new Explained("Nothing runs. Start it with: npm run dev");
  const { appUrl, mailboxUrl, stripeUrl, command, pid } = running;
  process.stdout.write(
    `${command} runs (process ${pid}).\n  App      ${appUrl}\n  Mailbox  ${mailboxUrl}\n  Stripe   ${stripeUrl}\n`,
  );
}

async function reset(): Promise<void> {
  const { data } = readSettings();
  const running = findRunning(data);
  if (running) throw new Explained(`${running.command} runs (process ${running.pid}). Stop it first, with Ctrl-C.`);
  await stopLeftOver(join(data, "postgres"));
  for (const name of MADE) rmSync(join(data, name), { recursive: true, force: true });
  rmSync(movedDirectory(join(data, "postgres")), { recursive: true, force: true });
  process.stdout.write("All local data is gone. The next start makes it anew.\n");
}

async function stripeAlone(rest: string[]): Promise<void> {
  const { values } = parseArgs({ args: rest, options: { port: { type: "string" } } });
  if (values.port !== undefined) process.env.LEDGERLINE_PORT_STRIPE = values.port;
  const settings = readSettings();
  const running = findRunning(settings.data);
  if (running)
    throw new Explained(`${running.command} runs (process ${running.pid}), with its Stripe at ${running.stripeUrl}.`);
  await requirePorts({ stripe: settings.ports.stripe });
  const { startDouble } = await import("./stripe/server.ts");
  const { data, ports } = settings;
  const key = readSecrets(data).stripeKey;
  const double = await startDouble({
    port: ports.stripe,
    dataDir: join(data, "stripe"),
    clockFile: join(data, "clock.json"),
    key,
  });
  process.stdout.write(`The local Stripe (no money moves): ${double.url}, key ${key}\n`);
  const stop = () => {
    double.close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, stop);
}
