import type { Sql, TransactionSql } from "postgres";
import { bookDerivations, derivationsWithin, someAccounts } from "@/lib/credits/derivations";
import { database } from "@/lib/supabase/direct";
import type { Check, Finding, Page } from "./check";

const ACCOUNTS = 200;
const MOST_OF_A_RULE = 100;
const FIRST = "00000000-0000-0000-0000-000000000000";

interface Row {
  account: string | null;
  what: string;
  stored: string;
  derived: string;
}

const RULES = derivationsWithin(someAccounts);

/** What does not follow, of a list of rules; those about some accounts take them as their parameter. */
async function derive(
  snapshot: TransactionSql,
  rules: Record<string, string>,
  accounts: string[] | null,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const [rule, query] of Object.entries(rules)) {
    const rows = await snapshot.unsafe<Row[]>(
      `select account::text as account, what::text as what,
        coalesce(stored::text, 'nothing') as stored, coalesce(derived::text, 'nothing') as derived
      from (${query}) found
      where ${accounts ? "account = any ($1::uuid[]) and" : ""} stored is distinct from derived order by 1, 2 limit ${MOST_OF_A_RULE}`,
      accounts ? [accounts] : [],
    );
    for (const { account, what, stored, derived } of rows)
      findings.push({
        rule,
        key: `${account ?? "all"} ${what}`,
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
    return { ids, findings: ids.length > 0 ? await derive(snapshot, RULES, ids) : [] };
  });
  const { ids, findings } = page;
  return { checked: ids.length, findings, next: ids.length < ACCOUNTS ? null : (ids.at(-1) ?? null) };
}

/** The books of all accounts together, once in a run. */
export async function checkBooks(sql: Sql): Promise<Page> {
  const findings = await sql.begin("isolation level repeatable read read only", (snapshot) =>
    derive(snapshot, bookDerivations, null),
  );
  return { checked: Object.keys(bookDerivations).length, findings, next: null };
}

/** The ledger against itself: every number is derived again from its entries. */
export const ledger: Check = {
  key: "ledger",
  title: "Balances",
  agrees: "Every balance, grant, reservation, daily sum and month of the books follows from its entries.",
  alert: "ledger_differs",
  needsDatabaseUrl: true,
  phases: [(after) => checkAccounts(database(), after), () => checkBooks(database())],
};
