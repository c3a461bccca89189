import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { readEnvFiles } from "@/lib/env-files";
import { allChecks } from "@/lib/reconciliation/checks";
import { compareEverything, isInOrder, writeReport } from "@/lib/reconciliation/everything";
import { recoverMissedEvents } from "@/lib/reconciliation/missed-events";
import { closeDatabase } from "@/lib/supabase/direct";

const USAGE = `npm run stripe:reconcile -- [--fix] [--only <check>]…

Compares everything here with everything at Stripe, page by page, and says what differs. Ends with 1 if something does.
  --fix          asks Stripe again about what differs and writes what follows, as an event would have it done
  --only <check> ${allChecks.map(({ key }) => key).join(", ")}
`;

function readArguments() {
  const { values } = parseArgs({
    options: { fix: { type: "boolean" }, only: { type: "string", multiple: true }, help: { type: "boolean" } },
  });
  const unknown = (values.only ?? []).filter((key) => !allChecks.some((check) => check.key === key));
  if (unknown.length > 0) throw new Error(`There is no check ${unknown.join(", ")}.\n\n${USAGE}`);
  return values;
}

/** Without the list of events the objects themselves are compared all the same. */
async function fetchMissedEvents(): Promise<void> {
  try {
    await recoverMissedEvents({ seconds: 600 });
  } catch (error) {
    process.exitCode = 1;
    process.stderr.write(
      `Stripe's list of events could not be read: ${error instanceof Error ? error.message : String(error)}\n`,
    );
  }
}

async function main(): Promise<void> {
  const { fix = false, only, help } = readArguments();
  if (help) {
    process.stdout.write(USAGE);
    return;
  }
  readEnvFiles("DATABASE_URL");
  try {
    if (fix) await fetchMissedEvents();
    const results = await compareEverything({ fix, ...(only ? { only } : {}) });
    process.stdout.write(`${writeReport(results, fix)}\n`);
    if (!isInOrder(results)) process.exitCode = 1;
  } finally {
    await closeDatabase();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  main().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
}
