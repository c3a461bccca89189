// Measures the ledger's functions against the same bare row writes, in one run on one machine, with every commit
// flushed to disk, within a minute. Run it with: npx tsx e2e/proofs/ledger-bench.ts [seconds for each figure, 0.3 otherwise]
import { randomBytes, randomUUID } from "node:crypto";
import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import { startCluster } from "../../local/postgres/cluster.ts";
import { migrate } from "../../local/supabase/migrations.ts";
import { openSupabase } from "../../local/supabase/server.ts";

const MANY = 10_000;
const ROUNDS = 3;
type Operation = (sql: postgres.Sql, account: string) => Promise<unknown>;
const usage = (sql: postgres.Sql) =>
  sql.json({
    feature: "bench",
    model: "m",
    input_tokens: 100,
    output_tokens: 20,
    occurred_at: new Date().toISOString(),
  });
const BARE: Operation = (sql, account) => sql`select public.write_bare(${account}, ${randomUUID()})`;
const OPERATIONS: Record<string, Operation> = {
  deduct: (sql, account) => sql`select public.deduct_credits(${account}, ${randomUUID()}, 1, 'bench', now())`,
  "deduct with usage": (sql, account) =>
    sql`select public.deduct_credits(${account}, ${randomUUID()}, 1, 'bench', now(), 0, ${usage(sql)})`,
  replay: (sql, account) => sql`select public.deduct_credits(${account}, 'again', 1, 'bench', now())`,
  "reserve and settle": async (sql, account) => {
    const key = randomUUID();
    await sql`select public.reserve_credits(${account}, ${key}, 5, 600, now())`;
    await sql`select public.settle_reservation(${account}, ${key}, 3, ${usage(sql)}, now())`;
  },
};
const SETTINGS = [
  { title: "many accounts, 1 client", accounts: MANY, clients: 1 },
  { title: "many accounts, 8 clients", accounts: MANY, clients: 8 },
  { title: "one hot account, 1 client", accounts: 1, clients: 1 },
  { title: "one hot account, 8 clients", accounts: 1, clients: 8 },
  { title: "one hot account, 32 clients", accounts: 1, clients: 32 },
];

const median = (numbers: number[]) => numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
const write = (line: string) => process.stdout.write(`${line}\n`);

async function prepare(sql: postgres.Sql): Promise<void> {
  await sql.unsafe(readFileSync(new URL("./ledger-bench.sql", import.meta.url), "utf8"));
  await sql`insert into public.accounts (kind, name) select 'team', 'Bench ' || n from generate_series(1, ${MANY}) n`;
  await sql`insert into public.bench_accounts select row_number() over () - 1, id from public.accounts`;
  await sql`insert into public.bare_balances select account_id, 1000000000 from public.bench_accounts`;
  // A transaction holds the lock of every account it touches, so it touches only some.
  for (let from = 0; from < MANY; from += 500) {
    const some = sql`from public.bench_accounts where n >= ${from} and n < ${from + 500}`;
    await sql`select count(public.grant_credits(account_id, 'bench', n::text, 1000000000, 'paid', 20, now())) ${some}`;
    await sql`select count(public.deduct_credits(account_id, 'again', 1, 'bench', now())) ${some}`;
  }
  // Postgres plans for the size it last saw, so every table has rows before it looks.
  const [first] = await sql<{ id: string }[]>`select account_id as id from public.bench_accounts where n = 0`;
  for (let n = 0; n < 1000; n += 1) {
    await OPERATIONS["reserve and settle"]?.(sql, first?.id ?? "");
  }
  await sql`vacuum analyze`;
}

async function perSecond(
  clients: postgres.Sql[],
  operation: Operation,
  accounts: string[],
  seconds: number,
): Promise<number> {
  const endsAt = performance.now() + seconds * 1000;
  let done = 0;
  const work = async (client: postgres.Sql) => {
    for (; performance.now() < endsAt; done += 1) {
      await operation(client, accounts[Math.floor(Math.random() * accounts.length)] as string);
    }
  };
  await Promise.all(clients.map(work));
  return done / seconds;
}

async function measure(sql: postgres.Sql, url: string, seconds: number): Promise<void> {
  const pool = Array.from({ length: 32 }, () => postgres(url, { max: 1, onnotice: () => undefined }));
  const ids = (await sql<{ id: string }[]>`select account_id as id from public.bench_accounts order by n`).map(
    ({ id }) => id,
  );
  for (const { title, accounts, clients } of SETTINGS) {
    const figures = new Map<string, { rates: number[]; ratios: number[] }>();
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const [name, operation] of Object.entries(OPERATIONS)) {
        const bare = await perSecond(pool.slice(0, clients), BARE, ids.slice(0, accounts), seconds / 2);
        const rate = await perSecond(pool.slice(0, clients), operation, ids.slice(0, accounts), seconds);
        const figure = figures.get(name) ?? { rates: [], ratios: [] };
        figure.rates.push(rate);
        figure.ratios.push(rate / bare);
        figures.set(name, figure);
        const reference = figures.get("bare update + insert") ?? { rates: [], ratios: [1] };
        reference.rates.push(bare);
        figures.set("bare update + insert", reference);
      }
    }
    write(`\n${title}`);
    for (const [name, { rates, ratios }] of figures) {
      write(
        `  ${name.padEnd(22)} ${Math.round(median(rates)).toLocaleString("en").padStart(7)} a second   ${median(ratios).toFixed(2)}`,
      );
    }
  }
  write("\nbatches on one hot account, 1 client");
  for (const operation of ["deduct_many", "record_usage"]) {
    for (const items of [10, 100, 1000]) {
      const [row] = await sql<{ done: string }[]>`call public.repeat_batch(${operation}, ${items}, ${seconds}, null)`;
      write(
        `  ${operation} of ${items}`.padEnd(25) +
          `${Math.round(Number(row?.done) / seconds)
            .toLocaleString("en")
            .padStart(7)} items a second`,
      );
    }
  }
  await Promise.all(pool.map((client) => client.end()));
}

async function main(): Promise<void> {
  const seconds = Number(process.argv[2] ?? 0.3);
  const directory = mkdtempSync(join(tmpdir(), "ledgerline-bench-"));
  chmodSync(directory, 0o755);
  const secret = () => randomBytes(24).toString("hex");
  const passwords = { admin: secret(), postgres: secret() };
  const settings = { max_connections: "60", shared_buffers: "256MB", max_wal_size: "4GB" };
  const cluster = await startCluster({
    dataDirectory: join(directory, "data"),
    port: 0,
    logFile: join(directory, "log"),
    passwords,
    settings,
  });
  try {
    const url = cluster.url("postgres");
    const keys = { publishable: `sb_publishable_${secret()}`, secret: `sb_secret_${secret()}`, jwtSecret: secret() };
    await (await openSupabase({ databaseUrl: url, keys, connections: 1 })).close();
    await migrate(url);
    const sql = postgres(url, { max: 1, onnotice: () => undefined });
    await prepare(sql);
    write(
      `Load of the machine ${loadavg()
        .map((load) => load.toFixed(1))
        .join(" ")}; medians of ${ROUNDS}, ratios to the bare writes next to them.`,
    );
    await measure(sql, url, seconds);
    await sql.end();
  } finally {
    await cluster.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

await main();
