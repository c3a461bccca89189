import { fileURLToPath } from "node:url";
import type { Sql } from "postgres";
import { bookDerivations, derivationsWithin, everywhere } from "@/lib/credits/derivations";
import { readEnvFiles } from "@/lib/env-files";
import { closeDatabase, database } from "@/lib/supabase/direct";

/** One number of the ledger that its entries do not explain. */
export interface Discrepancy {
  rule: string;
  /** An account's id, or `all`. */
  account: string;
  what: string;
  stored: string;
  derived: string;
}

/**
 * Derives every balance, grant, reservation, daily sum and month of the books again from the entries and events, in one
 * snapshot, and answers what does not agree. An empty list means that the books are right.
 * @param most how many discrepancies of one kind to answer at most
 */
export async function checkLedger(sql: Sql, most = 100): Promise<Discrepancy[]> {
  const found = await sql.begin("isolation level repeatable read read only", async (snapshot) => {
    const discrepancies: Discrepancy[] = [];
    for (const [rule, query] of Object.entries({ ...derivationsWithin(everywhere), ...bookDerivations })) {
      const rows = await snapshot.unsafe<
        Omit<Discrepancy, "rule">[]
      >(`select coalesce(account::text, 'all') as account, what::text as what,
        coalesce(stored::text, 'nothing') as stored, coalesce(derived::text, 'nothing') as derived
        from (${query}) found where stored is distinct from derived order by 1, 2 limit ${most}`);
      discrepancies.push(...rows.map((row) => ({ rule, ...row })));
    }
    return discrepancies;
  });
  return found as Discrepancy[];
}

/** Writes discrepancies as a diff: what stands there, and what the entries say. */
export function describeDiscrepancies(discrepancies: Discrepancy[]): string {
  return discrepancies
    .map(
      ({ rule, account, what, stored, derived }) =>
        `${rule}\n  account ${account}, ${what}\n  - stored  ${stored}\n  + derived ${derived}\n`,
    )
    .join("\n");
}

async function main(args: string[]): Promise<void> {
  if (args.length > 0)
    throw new Error(`${args.join(" ")} is not an option: credits:check has none, and looks at every account.`);
  readEnvFiles("DATABASE_URL");
  const discrepancies = await checkLedger(database());
  await closeDatabase();
  if (discrepancies.length === 0) {
    process.stdout.write(
      "Every balance, grant, reservation, daily sum and month of the books follows from its entries.\n",
    );
    return;
  }
  process.stdout.write(
    `${describeDiscrepancies(discrepancies)}\n${discrepancies.length} numbers do not follow from their entries.\n`,
  );
  process.exitCode = 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  main(process.argv.slice(2)).catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
}
