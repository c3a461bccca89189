import { fileURLToPath } from "node:url";
import { readEnvFiles } from "@/lib/env-files";
import { describeDifferences, reconcileUsage } from "@/lib/metering/comparisons";
import { usageSink } from "@/lib/metering/sink";
import { closeDatabase, database } from "@/lib/supabase/direct";

async function main(): Promise<void> {
  readEnvFiles("DATABASE_URL");
  const differences = await reconcileUsage(database(), usageSink());
  await closeDatabase();
  if (differences.length === 0) {
    process.stdout.write("All overage is in the outbox, at Stripe and on its invoices exactly once.\n");
    return;
  }
  process.stdout.write(`${describeDifferences(differences)}\n${differences.length} numbers differ.\n`);
  process.exitCode = 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  main().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
}
