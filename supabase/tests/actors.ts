import type { Sql } from "postgres";
import { actAs, createPerson, createTeam } from "../../e2e/database/people.ts";
import type { Actor } from "./permissions.ts";

export interface Cast {
  team: string;
  /** Who to act as, for `actAs`. */
  names: Record<Actor, string>;
}

/** Makes a team with a member, an admin and an owner, and somebody of another account. */
export async function createCast(sql: Sql): Promise<Cast> {
  const [member, admin, owner, outsider] = await Promise.all([0, 1, 2, 3].map(() => createPerson(sql)));
  if (!member || !admin || !owner || !outsider) throw new Error("The cast is not complete.");
  const team = await createTeam(sql, [
    { userId: member.userId, role: "member" },
    { userId: admin.userId, role: "admin" },
    { userId: owner.userId, role: "owner" },
  ]);
  const names = {
    anon: "anon",
    outsider: outsider.userId,
    member: member.userId,
    admin: admin.userId,
    owner: owner.userId,
  };
  return { team, names };
}

interface Column {
  name: string;
  type: string;
  category: string;
  label: string | null;
}

/**
 * Gives every table a row that belongs to the team, and to its member where a person owns it.
 * @param admin a superuser of the cloned database; constraints are dropped there, so that any row will do
 */
export async function fillEveryTable(admin: Sql, { team, names }: Cast): Promise<void> {
  await admin`select set_config('session_replication_role', 'replica', false)`;
  const constraints = await admin<{ statement: string }[]>`
    select case when c.contypid <> 0 then format('alter domain public.%I drop constraint %I', t.typname, c.conname)
      else format('alter table %s drop constraint %I', c.conrelid::regclass, c.conname) end as statement
    from pg_constraint c left join pg_type t on t.oid = c.contypid
    where c.connamespace = 'public'::regnamespace and c.contype = 'c'`;
  for (const { statement } of constraints) await admin.unsafe(statement);
  const tables = await admin<{ name: string; columns: Column[] }[]>`
    select c.relname as name, jsonb_agg(jsonb_build_object('name', a.attname, 'type', base.typname, 'category', base.typcategory,
      'label', (select e.enumlabel from pg_enum e where e.enumtypid = base.oid limit 1))) as columns
    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    join pg_type t on t.oid = a.atttypid join pg_type base on base.oid = case when t.typtype = 'd' then t.typbasetype else t.oid end
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
      and c.relname not in ('accounts', 'memberships', 'credit_balances')
      and a.attgenerated = '' and a.attidentity = ''
      and ((a.attnotnull and not a.atthasdef) or a.attname in ('account_id', 'user_id'))
    group by c.relname`;
  for (const { name, columns } of tables) {
    const values = columns.map((column) => dummy(column, { account_id: team, user_id: names.member }));
    await admin.unsafe(
      `insert into public.${name} (${columns.map((column) => column.name).join(", ")}) values (${values.join(", ")})`,
    );
  }
}

function dummy({ name, type, category, label }: Column, known: Record<string, string>): string {
  if (known[name]) return `'${known[name]}'`;
  if (label) return `'${label}'`;
  if (category === "A") return "'{}'";
  const values: Record<string, string> = {
    uuid: "gen_random_uuid()",
    jsonb: "'{}'",
    timestamptz: "now()",
    date: "current_date",
    bool: "false",
    bytea: "''",
    inet: "'127.0.0.1'",
  };
  return values[type] ?? (category === "N" ? "1" : "'open'");
}

/** Does something as an actor, and answers its outcome, or null when the right to do it is missing. */
export async function attempt<T>(sql: Sql, who: string, act: Parameters<typeof actAs<T>>[2]): Promise<T | null> {
  try {
    return await actAs(sql, who, act);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "42501") return null;
    throw error;
  }
}
