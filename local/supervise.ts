import { Explained } from "./settings.ts";
import { type StartApp, startStack } from "./stack.ts";
import { welcome } from "./words.ts";

/** Starts the stack, says where everything is, and keeps it until Ctrl-C or until a part breaks. */
export async function supervise(command: string, startApp?: StartApp): Promise<void> {
  const stack = startStack(command, startApp);
  let asked = false;
  const end = (code: number) => {
    if (asked) process.exit(1);
    asked = true;
    stack
      .then((started) => started.stop())
      .then(
        () => process.exit(code),
        () => process.exit(1),
      );
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => end(0));
  const started = await stack;
  if (!asked) process.stdout.write(welcome(started, startApp !== undefined));
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
