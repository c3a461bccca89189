// Measures the time to the first token of the built-in model: bare, metered, and as an answer of the assistant, in one
// run on one machine, with every commit flushed to disk. It brings its own Postgres and takes a few seconds. Run it with:
// npx tsx --conditions=react-server e2e/proofs/first-token.ts [rounds, 40 otherwise]
import { randomBytes, randomUUID } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "@supabase/supabase-js";
import postgres from "postgres";
import { languageModel } from "@/lib/ai/provider";
import { askAssistant } from "@/lib/assistant/ask";
import { accountId, credits, userId } from "@/lib/billing/units";
import { grantCredits } from "@/lib/credits/grants";
import type { Database } from "@/lib/supabase/database.types";
import { closeDatabase } from "@/lib/supabase/direct";
import type { MeteredCall } from "@/lib/usage/call";
import { meteredModel } from "@/lib/usage/metered";
import { startCluster } from "../../local/postgres/cluster.ts";
import { migrate } from "../../local/supabase/migrations.ts";
import { openSupabase, type Supabase } from "../../local/supabase/server.ts";
import { signToken } from "../database/callers.ts";
import { createPerson } from "../database/people.ts";

const WARM_UP_ROUNDS = 5;
const LONGEST_MILLISECONDS = 20_000;
const MODEL = "small-1";
const QUESTION = "What happens before the model is called?";
const prompt = [{ role: "user" as const, content: [{ type: "text" as const, text: QUESTION }] }];
const secret = () => randomBytes(24).toString("hex");
const keys = { publishable: `sb_publishable_${secret()}`, secret: `sb_secret_${secret()}`, jwtSecret: secret() };

/** Waits for the first token of a stream, then leaves it. Answers the milliseconds since `startedAt`. */
async function untilFirstToken(stream: ReadableStream<{ type: string }>, startedAt: number): Promise<number> {
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) throw new Error("The answer ended before its first token.");
    if (value.type !== "text-delta") continue;
    const milliseconds = performance.now() - startedAt;
    await reader.cancel();
    return milliseconds;
  }
}

type Way = () => Promise<number>;

async function waysOf(sql: postgres.Sql, supabase: Supabase): Promise<Record<string, Way>> {
  const person = await createPerson(sql);
  const [account, user] = [accountId(person.accountId), userId(person.userId)];
  const grant = { account, source: "pack", sourceId: randomUUID(), amount: credits(1_000_000) };
  await grantCredits({ ...grant, category: "paid", priority: 20 });
  const claims = { sub: user, aud: "authenticated", role: "authenticated", exp: Math.floor(Date.now() / 1000) + 3600 };
  const client = createClient<Database>("http://supabase.test", keys.publishable, {
    auth: { persistSession: false, autoRefreshToken: false },
    accessToken: async () => signToken(claims, keys.jwtSecret),
    global: { fetch: async (input, init) => supabase.fetch(new Request(input, init)) },
    realtime: { transport: class {} as never },
  });
  const ids = () => ({ conversationId: randomUUID(), questionId: randomUUID(), answerId: randomUUID() });
  return {
    "the model alone": async () => {
      const startedAt = performance.now();
      const { stream } = await languageModel(MODEL).doStream({ prompt });
      return untilFirstToken(stream, startedAt);
    },
    metered: async () => {
      const startedAt = performance.now();
      const call: MeteredCall = {
        modelKey: MODEL,
        account,
        key: randomUUID(),
        feature: "proof",
        overagePermitted: credits(0),
        maxOutputTokens: 1_024,
      };
      const { stream } = await meteredModel(languageModel(MODEL), call).doStream({ prompt });
      return untilFirstToken(stream, startedAt);
    },
    "the assistant": async () => {
      const startedAt = performance.now();
      const question = { account, user, ...ids(), text: QUESTION, model: MODEL } as const;
      const signal = new AbortController().signal;
      const answer = await askAssistant(client, question, { overagePermitted: credits(0), signal });
      if (!answer.ok) throw new Error(answer.code);
      const milliseconds = await untilFirstToken(answer.stream, startedAt);
      await answer.closed;
      return milliseconds;
    },
  };
}

const at = (sorted: number[], share: number) => sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
const write = (line: string) => process.stdout.write(`${line}\n`);

async function measure(ways: Record<string, Way>, rounds: number): Promise<void> {
  const figures = new Map(Object.keys(ways).map((name) => [name, [] as number[]]));
  const startedAt = performance.now();
  for (let round = -WARM_UP_ROUNDS; round < rounds; round += 1) {
    if (performance.now() - startedAt > LONGEST_MILLISECONDS) break;
    for (const [name, way] of Object.entries(ways)) {
      const milliseconds = await way();
      if (round >= 0) figures.get(name)?.push(milliseconds);
    }
  }
  for (const [name, milliseconds] of figures) {
    const sorted = milliseconds.sort((a, b) => a - b);
    const [median, most] = [at(sorted, 0.5), at(sorted, 0.9)].map((figure) => figure.toFixed(1).padStart(6));
    write(`  ${name.padEnd(16)} ${median} ms   nine of ten within ${most} ms   (${sorted.length} times)`);
  }
}

async function main(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "ledgerline-first-token-"));
  chmodSync(directory, 0o755);
  const cluster = await startCluster({
    dataDirectory: join(directory, "data"),
    port: 0,
    logFile: join(directory, "log"),
    passwords: { admin: secret(), postgres: secret() },
  });
  try {
    const url = cluster.url("postgres");
    const supabase = await openSupabase({ databaseUrl: url, keys });
    await migrate(url);
    process.env.DATABASE_URL = url;
    const sql = postgres(url, { max: 1, onnotice: () => undefined });
    const ways = await waysOf(sql, supabase);
    const load = loadavg().map((figure) => figure.toFixed(1));
    write(`Time to the first token, medians; load of the machine ${load.join(" ")}.`);
    await measure(ways, Number(process.argv[2] ?? 40));
    await sql.end();
    await Promise.all([closeDatabase(), supabase.close()]);
  } finally {
    await cluster.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

await main();
