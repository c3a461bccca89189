import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { controlDoors } from "./control/control.ts";
import { dashboardPages } from "./control/dashboard.ts";
import { type Double, type DoubleOptions, openDouble } from "./core/double.ts";
import { type Tick, tickOver } from "./core/tick.ts";
import { resources } from "./routes.ts";

/** Starts the double with everything it knows. Without a key it makes one up. */
export function startDouble(options: Partial<DoubleOptions> = {}): Promise<Double> {
  const { port = 0, key = `sk_test_double_${randomBytes(12).toString("hex")}` } = options;
  return openDouble(resources, { ...options, port, key }, (surroundings) => ({
    ...controlDoors(surroundings),
    pages: dashboardPages(surroundings),
  }));
}

async function run(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: "string", default: "12111" },
      data: { type: "string" },
      clock: { type: "string" },
      key: { type: "string" },
      "tick-url": { type: "string" },
    },
  });
  const double = await startDouble({
    port: Number(values.port),
    dataDir: values.data,
    clockFile: values.clock,
    key: values.key,
    tick: tickOf(values["tick-url"]),
  });
  process.stdout.write(`Local Stripe double (no money moves): ${double.url}, key ${double.key}\n`);
  const stop = () => {
    double.close().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`${String(error)}\n`);
        process.exit(1);
      },
    );
  };
  process.once("SIGINT", stop);
  process.once("SIGTERM", stop);
}

function tickOf(url: string | undefined): Tick | undefined {
  if (url === undefined) return undefined;
  const secret = process.env.JOBS_SECRET;
  if (!secret) throw new Error("--tick-url needs JOBS_SECRET in the environment: the app lets nobody else in.");
  return tickOver(url, secret);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  run().catch((error: unknown) => {
    const isTaken = error instanceof Error && "code" in error && error.code === "EADDRINUSE";
    const message = isTaken ? "The port is taken: choose another with --port." : String(error);
    process.stderr.write(`${message}\n`);
    process.exit(1);
  });
}
