import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** Stripe's own command-line tool. */
export interface Tool {
  run(...words: string[]): Promise<{ code: number | null; output: string }>;
  close(): void;
}

/** Opens the tool with a home of its own, so that it neither finds nor leaves a configuration. */
export function openTool(): Tool {
  const home = mkdtempSync(join(tmpdir(), "stripe-cli-"));
  const program = findProgram();
  const env = { ...process.env, HOME: home, XDG_CONFIG_HOME: home, STRIPE_CLI_TELEMETRY_OPTOUT: "1" };
  return {
    run(...words) {
      const child = spawn(program, words, { env });
      let output = "";
      const note = (chunk: Buffer) => {
        output += chunk.toString();
      };
      child.stdout.on("data", note);
      child.stderr.on("data", note);
      return new Promise((resolve, reject) => {
        child.once("error", reject);
        child.once("close", (code) => resolve({ code, output }));
      });
    },
    close: () => rmSync(home, { recursive: true, force: true }),
  };
}

/** The program itself, without the script in front of it that takes as long to start again. */
function findProgram(): string {
  const { resolve } = createRequire(import.meta.url);
  const platform = `@stripe/cli-${process.platform}-${process.arch}`;
  const name = process.platform === "win32" ? "stripe.exe" : "stripe";
  try {
    return join(dirname(resolve(`${platform}/package.json`)), "bin", name);
  } catch {
    return resolve("@stripe/cli/bin/shim.js");
  }
}
