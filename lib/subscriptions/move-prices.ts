import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import type { PlanKey } from "@/lib/billing/catalogue";
import { plans } from "@/lib/billing/plans";
import { readEnvFiles } from "@/lib/env-files";
import { closeDatabase } from "@/lib/supabase/direct";
import { type MovedSubscriber, movePrices, type PriceMove } from "./price-moves";

const USAGE = "Usage: npm run prices:move -- --plan starter --from 1 --notice-days 30 [--dry-run]";

const OPTIONS = {
  plan: { type: "string" },
  from: { type: "string" },
  "notice-days": { type: "string" },
  "dry-run": { type: "boolean", default: false },
} as const;

function parse(args: string[]) {
  try {
    return parseArgs({ args, options: OPTIONS }).values;
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : String(error)}.\n${USAGE}`);
  }
}

/** Reads the command's options. @throws Error saying what is missing or wrong, and how it is used */
export function readMove(args: string[]): PriceMove {
  const values = parse(args);
  const plan = plans.find(({ key }) => key === values.plan)?.key as PlanKey | undefined;
  const from = Number(values.from);
  const noticeDays = Number(values["notice-days"]);
  if (!plan) throw new Error(`--plan is one of ${plans.map(({ key }) => key).join(", ")}.\n${USAGE}`);
  if (!Number.isSafeInteger(from) || from < 0) throw new Error(`--from is the number of a version.\n${USAGE}`);
  if (!Number.isSafeInteger(noticeDays) || noticeDays < 1 || noticeDays > 365)
    throw new Error(`--notice-days is a number from 1 to 365.\n${USAGE}`);
  return { plan, from, noticeDays, dryRun: values["dry-run"] };
}

const HEADINGS: Record<MovedSubscriber["outcome"], readonly [done: string, dry: string]> = {
  planned: ["Told and planned", "Would be told and planned"],
  already_planned: ["Planned before", "Planned before"],
  not_moved: ["Not moved", "Would not be moved"],
  failed: ["Failed; run this again", "Failed"],
};

/** The report as people read it, a line for each subscriber. */
export function toReport(moved: MovedSubscriber[], dryRun: boolean): string {
  const groups = Object.entries(HEADINGS) as Array<[MovedSubscriber["outcome"], readonly [string, string]]>;
  return groups
    .flatMap(([outcome, [done, dry]]) => {
      const those = moved.filter((one) => one.outcome === outcome);
      const lines = those.map(({ name, account, words }) => `  ${name} (${account}): ${words}`);
      return [`${dryRun ? dry : done}: ${those.length}`, ...lines];
    })
    .join("\n");
}

async function main(args: string[]): Promise<void> {
  const move = readMove(args);
  readEnvFiles("STRIPE_SECRET_KEY");
  const moved = await movePrices(move);
  process.stdout.write(`${toReport(moved, move.dryRun)}\n`);
  if (moved.some(({ outcome }) => outcome === "failed")) process.exitCode = 1;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  main(process.argv.slice(2))
    .catch((error: unknown) => {
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
      process.exitCode = 1;
    })
    .finally(() => void closeDatabase());
}
