import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import postgres from "postgres";
import { Explained } from "../settings.ts";

const SUPABASE = fileURLToPath(new URL("../../supabase", import.meta.url));

export interface Migration {
  version: string;
  name: string;
  file: string;
  text: string;
}

/** The migrations of the project in the order of their names. */
export function readMigrations(directory = join(SUPABASE, "migrations")): Migration[] {
  return readdirSync(directory)
    .filter((file) => file.endsWith(".sql"))
    .sort()
    .map((file) => {
      const [, version, name] = /^(\d+)_(.+)\.sql$/.exec(file) ?? [];
      if (!version || !name) throw new Error(`A migration's name is <digits>_<name>.sql, not ${file}`);
      return { version, name, file, text: readFileSync(join(directory, file), "utf8") };
    });
}

/**
 * Applies what is not yet applied, each migration in a transaction of its own, and keeps Supabase's own history
 * table, so that the official CLI sees the same state.
 *
 * @returns the files applied now
 * @throws Error naming file and line when one fails (nothing of it remains), or when one was edited after it was applied
 */
export async function migrate(databaseUrl: string, migrations = readMigrations()): Promise<string[]> {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => undefined });
  try {
    await sql.unsafe(`
      create schema if not exists supabase_migrations;
      create table if not exists supabase_migrations.schema_migrations (version text primary key, statements text[], name text);
    `);
    const rows = await sql<Array<{ version: string; statements: string[] | null }>>`
      select version, statements from supabase_migrations.schema_migrations`;
    const applied = new Map(rows.map((row) => [row.version, row.statements]));
    const now: string[] = [];
    for (const migration of migrations) {
      const known = applied.get(migration.version);
      if (known?.length === 1 && known[0] !== migration.text) {
        throw new Explained(
          `supabase/migrations/${migration.file} changed after it was applied here. ` +
            "Start the local database afresh with: npm run local -- reset",
        );
      }
      if (known !== undefined) continue;
      await apply(sql, migration);
      now.push(migration.file);
    }
    return now;
  } finally {
    await sql.end();
  }
}

/**
 * Runs supabase/seed.sql, once for a database, in one transaction, and notes it where the official CLI does.
 *
 * @returns whether it ran now
 */
export async function seed(databaseUrl: string): Promise<boolean> {
  const text = readFileSync(join(SUPABASE, "seed.sql"), "utf8");
  const hash = createHash("sha256").update(text).digest("hex");
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => undefined });
  try {
    await sql`create table if not exists supabase_migrations.seed_files (path text primary key, hash text not null)`;
    const [done] = await sql`select path from supabase_migrations.seed_files where path = 'supabase/seed.sql'`;
    if (done) return false;
    await sql
      .begin(async (transaction) => {
        await transaction.unsafe(text);
        await transaction`insert into supabase_migrations.seed_files (path, hash) values ('supabase/seed.sql', ${hash})`;
      })
      .catch((error) => explain("seed.sql", text, error));
    return true;
  } finally {
    await sql.end();
  }
}

async function apply(sql: postgres.Sql, { version, name, file, text }: Migration): Promise<void> {
  await sql
    .begin(async (transaction) => {
      await transaction.unsafe(text);
      await transaction`
        insert into supabase_migrations.schema_migrations (version, name, statements) values (${version}, ${name}, ${[text]})`;
    })
    .catch((error) => explain(`migrations/${file}`, text, error));
}

function explain(file: string, text: string, error: unknown): never {
  if (!(error instanceof postgres.PostgresError)) throw error;
  const line = error.position ? text.slice(0, Number(error.position)).split("\n").length : 1;
  const hint = [error.detail, error.hint, error.where].filter(Boolean).join("\n");
  throw new Explained(`supabase/${file}:${line}: ${error.message} (${error.code})${hint ? `\n${hint}` : ""}`, {
    cause: error,
  });
}
