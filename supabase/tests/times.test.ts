import { afterAll, beforeAll, expect, test } from "vitest";
import { type ClonedDatabase, cloneDatabase } from "@/e2e/database/clone";

let database: ClonedDatabase;
beforeAll(async () => {
  database = await cloneDatabase();
});
afterAll(() => database.drop());

test("no moment is filled in by itself but that of a row's making, so that nothing looks ended that is not", async () => {
  const rows = await database.sql<Array<{ column: string }>>`
    select c.relname || '.' || a.attname as column
    from pg_catalog.pg_attrdef d
    join pg_catalog.pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum
    join pg_catalog.pg_class c on c.oid = a.attrelid
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where n.nspname in ('public', 'private')
      and pg_catalog.pg_get_expr(d.adbin, d.adrelid) ~ 'now\\(|_timestamp\\(|CURRENT_'
      and a.attname <> 'created_at'`;
  expect(rows.map(({ column }) => column)).toEqual([]);
});
