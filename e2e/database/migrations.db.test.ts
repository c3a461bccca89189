import { afterEach, beforeEach, expect, inject, test } from "vitest";
import { type Migration, migrate, readMigrations } from "../../local/supabase/migrations.ts";
import { type ClonedDatabase, cloneDatabase } from "./clone.ts";

let database: ClonedDatabase;
beforeEach(async () => {
  database = await cloneDatabase();
});
afterEach(() => database.drop());

const probe = (text: string, version = "29990101000000"): Migration => ({
  version,
  name: "probe",
  file: `${version}_probe.sql`,
  text,
});
const exists = async (table: string) =>
  (await database.sql`select to_regclass(${table}) is not null as found`)[0]?.found;

test("a migration that fails leaves nothing of itself, and names its file and line", async () => {
  const broken = probe("create table public.probe_one ();\n\nselect no_such_function();\n");
  await expect(migrate(database.url, [broken])).rejects.toThrow(
    /^supabase\/migrations\/29990101000000_probe\.sql:3: .*no_such_function/,
  );
  expect(await exists("public.probe_one")).toBe(false);
  expect(await migrate(database.url, [probe("create table public.probe_one ();")])).toHaveLength(1);
});

test("a migration before one that fails stays applied", async () => {
  const good = probe("create table public.probe_one ();");
  await expect(migrate(database.url, [good, probe("nonsense", "29990101000001")])).rejects.toThrow("syntax error");
  expect(await exists("public.probe_one")).toBe(true);
  expect(await migrate(database.url, [good])).toEqual([]);
});

test("a migration edited after it was applied is refused with the way out", async () => {
  await migrate(database.url, [probe("select 1")]);
  await expect(migrate(database.url, [probe("select 2")])).rejects.toThrow("npm run local -- reset");
});

test("the history is the one that Supabase's own tool reads", async () => {
  const rows = await database.sql`select version, name from supabase_migrations.schema_migrations order by version`;
  expect(rows.map((row) => `${row.version}_${row.name}.sql`)).toEqual(
    readMigrations().map((migration) => migration.file),
  );
});

test("on a project that still grants everything by default, the migrations end with the same privileges", async () => {
  const { default: postgres } = await import("postgres");
  const { openSupabase } = await import("../../local/supabase/server.ts");
  const facts = inject("database");
  const name = `open_${crypto.randomUUID().replaceAll("-", "")}`;
  const admin = postgres(facts.adminUrl, { max: 1, onnotice: () => undefined });
  await admin.unsafe(`create database ${name} owner postgres`);
  const url = facts.templateUrl.replace(/[^/]+$/, name);
  const sql = postgres(url, { max: 1, onnotice: () => undefined });
  try {
    for (const kind of ["tables", "sequences", "functions"]) {
      await sql.unsafe(
        `alter default privileges in schema public grant all on ${kind} to anon, authenticated, service_role`,
      );
    }
    await (await openSupabase({ databaseUrl: url, keys: facts.keys, connections: 1 })).close();
    await migrate(url);
    expect(await privileges(sql)).toEqual(await privileges(database.sql));
  } finally {
    await sql.end();
    await admin.unsafe(`drop database ${name} with (force)`);
    await admin.end();
  }
});

// What each role may do, whatever order the list of privileges is kept in.
async function privileges(sql: ClonedDatabase["sql"]): Promise<string[]> {
  const rows = await sql`
    select relname as name, coalesce((select string_agg(item::text, ' ' order by item::text) from unnest(relacl) item), '') as access
    from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'v', 'p', 'S')
    union all
    select proname || '(' || pg_get_function_identity_arguments(oid) || ')',
      coalesce((select string_agg(item::text, ' ' order by item::text) from unnest(proacl) item), '')
    from pg_proc where pronamespace = 'public'::regnamespace
    order by 1`;
  return rows.map((row) => `${row.name} ${row.access}`);
}
