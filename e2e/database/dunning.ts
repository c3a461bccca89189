import { randomUUID } from "node:crypto";
import type { Sql, TransactionSql } from "postgres";
import type { DunningStage } from "../../lib/billing/standing";

/** Opens a dunning case of test mode for an account, at a stage, without anything having happened. @returns its id */
export async function openCase(sql: Sql | TransactionSql, account: string, stage: DunningStage): Promise<string> {
  await sql`insert into public.stripe_customers (customer_id, account_id, livemode, created_at)
    values (${`cus_${randomUUID()}`}, ${account}, false, now()) on conflict do nothing`;
  const [opened] = await sql<Array<{ id: string }>>`
    insert into public.dunning_cases (account_id, customer_id, livemode, stage, opened_at, asked_at, ask_at)
    select c.account_id, c.customer_id, c.livemode, ${stage}, now(), now(), now() from public.stripe_customers c
    where c.account_id = ${account} and not c.livemode and c.deleted_at is null returning id`;
  if (!opened) throw new Error(`no case was opened for ${account}`);
  return opened.id;
}
