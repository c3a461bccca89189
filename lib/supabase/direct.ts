import postgres from "postgres";
import { env } from "@/lib/env";

const pools = new Map<string, postgres.Sql>();

/**
 * The pooled direct connection to Postgres, with prepared statements: 6 to 15 times faster than REST for one caller.
 * Only rpc.ts and commands use it.
 * @throws Error if DATABASE_URL is absent
 */
export function database(): postgres.Sql {
  const url = env().DATABASE_URL;
  if (!url) throw new Error("DATABASE_URL is not set: there is no direct connection to Postgres.");
  const pool = pools.get(url) ?? postgres(url, { max: 10, idle_timeout: 60, onnotice: () => {} });
  pools.set(url, pool);
  return pool;
}

/** Ends every pool, so that a command can finish. */
export async function closeDatabase(): Promise<void> {
  const open = [...pools.values()];
  pools.clear();
  await Promise.all(open.map((pool) => pool.end({ timeout: 5 })));
}
