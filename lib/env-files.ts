import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { loadEnvFile } from "node:process";

/**
 * Reads the settings of a command that is run in a terminal: what the environment says counts first, then .env.local
 * and .env. Only if none of them sets `needed`, the command is meant for the local stack, whose settings stand in
 * `.local/env`; so no command mixes a real key with a local address.
 *
 * @param needed the setting without which the command can do nothing
 * @throws Error with the way out if it is set nowhere
 */
export function readEnvFiles(needed: string, directory = process.cwd()): void {
  for (const file of [".env.local", ".env"]) load(join(directory, file));
  if (process.env[needed]) return;
  load(resolve(directory, process.env.LEDGERLINE_DATA ?? ".local", "env"));
  if (!process.env[needed])
    throw new Error(`${needed} is not set. Start the local stack with npm run dev, or set it in .env.local.`);
}

function load(file: string): void {
  if (existsSync(file)) loadEnvFile(file);
}
