import { Explained } from "./settings.ts";
import { type Stack, type StartApp, startStack } from "./stack.ts";
import { welcome } from "./words.ts";

/** Starts the stack, says where everything is, and keeps it until Ctrl-C or until a part breaks. */
export async function supervise(command: string, startApp?: StartApp): Promise<void> {
  let started: Stack | undefined;
  let isEnding = false;
  const end = (code: number) => {
    // What is half started, or does not end, goes with this process: every child is tethered to it.
    if (!started || isEnding) process.exit(code);
    isEnding = true;
    started.stop().then(
      () => process.exit(code),
      () => process.exit(1),
    );
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => end(0));
  started = await startStack(command, startApp);
  process.stdout.write(welcome(started, startApp !== undefined));
  const reason = await started.broken;
  process.stderr.write(`\n${reason}\nEverything else is stopped too.\n`);
  end(1);
}

/** Runs a command of the stack; what it explains is printed without a stack trace. */
export function run(command: () => Promise<void>): void {
  command().catch((error: unknown) => {
    const explained = error instanceof Explained ? error.message : error instanceof Error ? error.stack : String(error);
    process.stderr.write(`${explained}\n`);
    process.exit(1);
  });
}
