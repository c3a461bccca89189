import type { Sql } from "postgres";
import { derivations } from "@/lib/credits/derivations";
import { database } from "@/lib/supabase/direct";
import type { Check, Finding, Page } from "./check";

const ACCOUNTS = 200;
const MOST_OF_A_RULE = 100;
const FIRST = "00000000-0000-0000-0000-000000000000";

interface Row {
  account: string;
  what: string;
  stored: string;
  derived: string;
}

async function derive(snapshot: Sql, accounts: string[]): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const [rule, query] of Object.entries(derivations)) {
    const rows = await snapshot.unsafe<Row[]>(
      `select account::text as account, what::text as what,
        coalesce(stored::text, 'nothing') as stored, coalesce(derived::text, 'nothing') as derived
      from (${query}) found
      where account = any ($1::uuid[]) and stored is distinct from derived order by 1, 2 limit ${MOST_OF_A_RULE}`,
      [accounts],
    );
    for (const { account, what, stored, derived } of rows)
      findings.push({
        rule,
        key: `${account} ${what}`,
        account,
        text: `${what} is ${stored}; its entries say ${derived}.`,
        ours: stored,
        theirs: derived,
        mend: null,
      });
  }
  return findings;
}

/** Some accounts, in one snapshot, so that nothing moves while it is counted. */
export async function checkAccounts(sql: Sql, after: string | null): Promise<Page> {
  const page = await sql.begin("isolation level repeatable read read only", async (snapshot) => {
    const rows = await snapshot<Array<{ id: string }>>`
      select id from public.accounts where id > ${after ?? FIRST} order by id limit ${ACCOUNTS}`;
    const ids = rows.map(({ id }) => id);
    return { ids, findings: ids.length > 0 ? await derive(snapshot as unknown as Sql, ids) : [] };
  });
  const { ids, findings } = page;
  return { checked: ids.length, findings, next: ids.length < ACCOUNTS ? null : (ids.at(-1) ?? null) };
}

/** The ledger against itself: every number is derived again from its entries. */
export const ledger: Check = {
  key: "ledger",
  title: "Balances",
  agrees: "Every balance, grant, reservation and daily sum follows from its entries.",
  alert: "ledger_differs",
  needsDatabaseUrl: true,
  phases: [(after) => checkAccounts(database(), after)],
};
