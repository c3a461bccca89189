import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { loadEnvFile } from "node:process";
import { parseEnv } from "node:util";

/** Whoever sets one of these to something of their own does not mean the local stack. */
const TELLING = ["APP_URL", "DATABASE_URL", "SUPABASE_URL", "STRIPE_SECRET_KEY"];

/**
 * Reads the settings of a command that is run in a terminal: what the environment says counts first, then .env.local
 * and .env. What none of them sets comes from the local stack, `.local/env`, but only if they name no other database,
 * address or key than that stack runs with; so no command mixes a real key with a local address.
 *
 * @param needed the setting without which the command can do nothing; null if it can say so itself
 * @throws Error with the way out if it is set nowhere
 */
export function readEnvFiles(needed: string | null, directory = process.cwd()): void {
  for (const file of [".env.local", ".env"]) load(join(directory, file));
  const local = resolve(directory, process.env.LEDGERLINE_DATA ?? ".local", "env");
  if (isMeant(local)) load(local);
  if (needed && !process.env[needed])
    throw new Error(
      `${needed} is not set. Set it in the environment or in .env.local; on your own machine npm run dev sets it.`,
    );
}

function isMeant(file: string): boolean {
  if (!existsSync(file)) return false;
  const settings = parseEnv(readFileSync(file, "utf8"));
  return TELLING.every((name) => !process.env[name] || process.env[name] === settings[name]);
}

function load(file: string): void {
  if (existsSync(file)) loadEnvFile(file);
}
