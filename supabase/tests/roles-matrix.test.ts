import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { type ClonedDatabase, cloneDatabase } from "../../e2e/database/clone.ts";
import { actAs } from "../../e2e/database/people.ts";
import { attempt, type Cast, createCast, fillEveryTable } from "./actors.ts";
import { ACTORS, type Actor, forPeople, forTheServer, ledgerTables, relations } from "./permissions.ts";

interface Relation {
  name: string;
  kind: string;
  secured: boolean;
  columns: string[];
  commented: boolean;
}

let database: ClonedDatabase;
let cast: Cast;
let existing: Relation[];

beforeAll(async () => {
  database = await cloneDatabase();
  const url = new URL(inject("database").adminUrl);
  url.pathname = new URL(database.url).pathname;
  const admin = postgres(url.href, { max: 1, onnotice: () => undefined });
  cast = await createCast(database.sql);
  await fillEveryTable(admin, cast);
  await admin.end();
  existing = await database.sql<Relation[]>`
    select c.relname as name, c.relkind as kind, c.relrowsecurity as secured, obj_description(c.oid) is not null as commented,
      (select array_agg(a.attname::text order by a.attnum) from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns
    from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'f') order by 1`;
});
afterAll(() => database.drop());

const roleOf = (actor: Actor) => (actor === "anon" ? "anon" : "authenticated");

async function columnsFor(relation: Relation, role: string, right: string): Promise<string[]> {
  const rows = await database.sql<{ column: string }[]>`
    select c as column from unnest(${relation.columns}::text[]) c
    where has_column_privilege(${role}, ${`public.${relation.name}`}, c, ${right})`;
  return rows.map(({ column }) => column);
}

async function reads(relation: Relation, actor: Actor): Promise<boolean> {
  const columns = await columnsFor(relation, roleOf(actor), "SELECT");
  if (columns.length === 0) return false;
  const team = relation.columns.includes("account_id") ? "account_id" : relation.name === "accounts" ? "id" : null;
  const where = team ? `where ${team} = '${cast.team}'` : "";
  const rows = await attempt(database.sql, cast.names[actor], (sql) =>
    sql.unsafe(`select ${columns.join(", ")} from public.${relation.name} ${where} limit 1`),
  );
  return rows !== null && rows.length > 0;
}

async function changes(relation: Relation, actor: Actor, what: "update" | "remove"): Promise<boolean> {
  const [column] = await columnsFor(relation, roleOf(actor), "UPDATE");
  if (what === "update" && !column) return false;
  const statement =
    what === "update"
      ? `update public.${relation.name} set ${column} = ${column}`
      : `delete from public.${relation.name}`;
  const undo = new Error("undo");
  let count = 0;
  await attempt(database.sql, cast.names[actor], async (sql) => {
    count = (await sql.unsafe(statement)).count;
    throw undo;
  }).catch((error: unknown) => {
    if (error !== undo) throw error;
  });
  return count > 0;
}

async function inserts(relation: Relation, actor: Actor): Promise<boolean> {
  return (await columnsFor(relation, roleOf(actor), "INSERT")).length > 0;
}

async function whoMay(
  relation: Relation,
  may: (relation: Relation, actor: Actor) => Promise<boolean>,
): Promise<Actor[]> {
  const allowed: Actor[] = [];
  for (const actor of ACTORS) if (await may(relation, actor)) allowed.push(actor);
  return allowed;
}

describe("tables and views", () => {
  test("every one is listed in permissions.ts, and every one listed exists", () => {
    const names = existing.map(({ name }) => name);
    const hint = "A table or view is new or gone: write into supabase/tests/permissions.ts who may do what with it.";
    expect(names, hint).toEqual(Object.keys(relations).sort());
  });

  test("people can do with them what permissions.ts says, and nothing else", async () => {
    for (const relation of existing) {
      const listed = relations[relation.name] ?? { read: [] };
      const isTable = relation.kind !== "v";
      const readable = await columnsFor(relation, "authenticated", "SELECT");
      const found = {
        read: await whoMay(relation, reads),
        hidden: listed.read.length === 0 ? [] : relation.columns.filter((column) => !readable.includes(column)),
        insert: await whoMay(relation, inserts),
        update: isTable ? await whoMay(relation, (table, actor) => changes(table, actor, "update")) : [],
        remove: isTable ? await whoMay(relation, (table, actor) => changes(table, actor, "remove")) : [],
      };
      const allowed = { hidden: [], insert: [], update: [], remove: [], ...listed };
      expect(found, `who may do what with public.${relation.name}`).toEqual(allowed);
    }
  });

  test("row level security is on for every table, and every view asks with its reader's rights", async () => {
    const open = existing.filter(({ kind, secured }) => kind !== "v" && !secured).map(({ name }) => name);
    expect(open).toEqual([]);
    const views = await database.sql<{ name: string }[]>`
      select c.relname as name from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('v', 'm')
        and not coalesce(c.reloptions @> '{security_invoker=true}' or c.reloptions @> '{security_invoker=on}', false)`;
    expect(views.map(({ name }) => name)).toEqual([]);
  });

  test("every table and view says what it is for", () => {
    expect(existing.filter(({ commented }) => !commented).map(({ name }) => name)).toEqual([]);
  });

  test("not even the server writes the ledger but through its functions", async () => {
    const writable = await database.sql<{ name: string }[]>`
      select t as name from unnest(${ledgerTables}::text[]) t
      where has_any_column_privilege('service_role', 'public.' || t, 'INSERT, UPDATE') or has_table_privilege('service_role', 'public.' || t, 'DELETE, TRUNCATE')`;
    expect(writable.map(({ name }) => name)).toEqual([]);
  });

  test("what a call costs us is unreadable to everybody but the server", async () => {
    const costs = existing.filter(({ columns }) => columns.some((column) => /cost|micros/.test(column)));
    expect(costs.map(({ name }) => name)).toEqual(["usage_costs"]);
    for (const actor of ACTORS) {
      const answer = await attempt(database.sql, cast.names[actor], (sql) => sql`select * from public.usage_costs`);
      expect(answer, actor).toBeNull();
    }
    const seen = await actAs(database.sql, "service_role", (sql) => sql`select * from public.usage_costs`);
    expect(seen).toHaveLength(1);
  });
});

describe("functions", () => {
  interface Routine {
    name: string;
    definer: boolean;
    fixed: boolean;
    anon: boolean;
    people: boolean;
    server: boolean;
  }
  let routines: Routine[];
  beforeAll(async () => {
    routines = await database.sql<Routine[]>`
      select n.nspname || '.' || p.proname as name, p.prosecdef as definer,
        coalesce(exists (select from unnest(p.proconfig) setting where setting like 'search_path=%'), false) as fixed,
        has_function_privilege('anon', p.oid, 'EXECUTE') as anon,
        has_function_privilege('authenticated', p.oid, 'EXECUTE') as people,
        has_function_privilege('service_role', p.oid, 'EXECUTE') as server
      from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname in ('public', 'private') order by 1`;
  });
  const named = (which: (routine: Routine) => boolean) => [...new Set(routines.filter(which).map(({ name }) => name))];

  test("visitors run none", () => {
    expect(named(({ anon }) => anon)).toEqual([]);
  });

  test("signed-in people run those listed in permissions.ts, and no other", () => {
    const hint = "Who may run a function has changed: see supabase/tests/permissions.ts.";
    expect(
      named(({ people }) => people),
      hint,
    ).toEqual([...forPeople].sort());
  });

  test("the server runs those listed in permissions.ts, and no other", () => {
    const hint = "A function is new or gone: write it into supabase/tests/permissions.ts.";
    expect(
      named(({ server, people }) => server && !people),
      hint,
    ).toEqual([...forTheServer].sort());
    expect(
      named(({ name, server }) => name.startsWith("public.") && !server),
      "functions nobody may run",
    ).toEqual([]);
  });

  test("none in public runs with its owner's rights for people or visitors", () => {
    expect(
      named(({ name, definer, anon, people }) => name.startsWith("public.") && definer && (anon || people)),
    ).toEqual([]);
  });

  test("each has its search path fixed", () => {
    expect(named(({ fixed }) => !fixed)).toEqual([]);
  });

  test("a person reads a summary of their own account only, and moves nobody else's time", async () => {
    const { team, names } = cast;
    const ask = (actor: Actor) =>
      attempt(database.sql, names[actor], async (sql) => {
        const [row] = await sql<
          { ok: boolean }[]
        >`select (public.credit_summary(${team}, now()) ->> 'ok')::boolean as ok`;
        return row?.ok;
      });
    expect(await Promise.all(ACTORS.map(ask))).toEqual([null, false, true, true, true]);
    const push = actAs(database.sql, names.outsider, (sql) => sql`select private.bring_up_to_date(${team}, now())`);
    await expect(push).rejects.toThrow("this account is not yours");
    const grants = await actAs(
      database.sql,
      names.outsider,
      (sql) => sql`select * from private.grants_now(${team}, null, 0)`,
    );
    expect([...grants]).toEqual([]);
  });
});
