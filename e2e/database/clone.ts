import { randomUUID } from "node:crypto";
import postgres from "postgres";
import { inject } from "vitest";
import { openSupabase, type Supabase } from "../../local/supabase/server.ts";
import type { DatabaseFacts } from "./setup.ts";

export interface ClonedDatabase {
  /** As postgres, for DATABASE_URL or further connections. */
  url: string;
  /** As postgres: past row level security, but no superuser. */
  sql: postgres.Sql;
  /** Supabase's auth and REST over this database; any address will do, for example http://supabase.test/rest/v1/accounts. */
  rest(input: string | URL | Request, init?: RequestInit): Promise<Response>;
  keys: { publishable: string; secret: string; jwtSecret: string };
  /** Auth mail sent so far, oldest first. */
  mails: Array<{ to: string; subject: string; text?: string; html?: string }>;
  drop(): Promise<void>;
}

const TEMPLATE = "ledgerline_template";

/**
 * Makes a database with every migration applied and nothing in it, for one test file.
 *
 * @param connections how many connections `sql` may open at once
 */
export async function cloneDatabase({
  connections = 10,
  facts = inject("database"),
}: {
  connections?: number;
  facts?: DatabaseFacts;
} = {}): Promise<ClonedDatabase> {
  const name = `test_${randomUUID().replaceAll("-", "")}`;
  const url = facts.templateUrl.replace(TEMPLATE, name);
  await asAdmin(facts, `create database ${name} template ${TEMPLATE} owner postgres`);
  const sql = postgres(url, { max: connections, onnotice: () => undefined });
  const mails: ClonedDatabase["mails"] = [];
  let supabase: Promise<Supabase> | undefined;
  return {
    url,
    sql,
    mails,
    keys: facts.keys,
    rest: async (input, init) => {
      supabase ??= openSupabase({
        databaseUrl: url,
        keys: facts.keys,
        sendMail: async (mail) => {
          mails.push(mail);
        },
      });
      return (await supabase).fetch(new Request(input, init));
    },
    drop: async () => {
      await sql.end();
      await (await supabase)?.close();
      await asAdmin(facts, `drop database ${name} with (force)`);
    },
  };
}

async function asAdmin(facts: DatabaseFacts, statement: string): Promise<void> {
  const admin = postgres(facts.adminUrl, { max: 1, onnotice: () => undefined });
  try {
    await admin.unsafe(statement);
  } finally {
    await admin.end();
  }
}
