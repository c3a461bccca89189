import { randomUUID } from "node:crypto";
import { createClient } from "@supabase/supabase-js";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { tokenOf } from "@/e2e/database/callers";
import { type ClonedDatabase, cloneDatabase } from "@/e2e/database/clone";
import { createPerson, type Person } from "@/e2e/database/people";
import { accountId, credits } from "@/lib/billing/units";
import { grantCredits } from "@/lib/credits/grants";
import type { Database } from "@/lib/supabase/database.types";
import { closeDatabase } from "@/lib/supabase/direct";
import { csvStream } from "./csv";
import { recordEvents } from "./events";
import { allEntries, placeInWords, placeOf, readDailyUsage, readEntries } from "./read";

let database: ClonedDatabase;
let writer: Person;
let stranger: Person;
const EVENTS = 1_001;

function clientOf(person: Person) {
  return createClient<Database>("http://supabase.test", database.keys.publishable, {
    auth: { persistSession: false, autoRefreshToken: false },
    accessToken: async () => tokenOf(database, person.userId),
    global: { fetch: (input, init) => database.rest(input, init) },
    realtime: { transport: class {} as never },
  });
}

const range = () => ({ from: new Date(Date.now() - 7 * 86_400_000), to: new Date(Date.now() + 86_400_000) });
const query = () => ({ account: accountId(writer.accountId), model: null, ...range() });

beforeAll(async () => {
  database = await cloneDatabase();
  vi.stubEnv("DATABASE_URL", database.url);
  [writer, stranger] = [await createPerson(database.sql), await createPerson(database.sql)];
  const account = accountId(writer.accountId);
  const grant = { account, source: "pack", sourceId: randomUUID(), amount: credits(1_000_000) };
  await grantCredits({ ...grant, category: "paid", priority: 20 });
  const events = Array.from({ length: EVENTS }, (_, index) => ({
    key: `event-${index}`,
    model: index % 2 === 0 ? "small-1" : "large-1",
    feature: index === 7 ? '=HYPERLINK("http://evil.test"),"' : "reports",
    input_tokens: 100,
    output_tokens: 10 + (index % 5),
  }));
  for (const part of [events.slice(0, 1_000), events.slice(1_000)]) {
    const answer = await recordEvents({ account, overagePermitted: credits(0), body: { events: part } });
    expect(answer).toMatchObject({ ok: true, accepted: part.length });
  }
});
afterAll(async () => {
  await closeDatabase();
  await database.drop();
});

async function csvOf(person: Person) {
  return new Response(csvStream(allEntries(clientOf(person), query()))).text();
}

test("every one of more than 1,000 entries is read once, newest first, a page at a time", async () => {
  const seen: string[] = [];
  const times: string[] = [];
  for await (const page of allEntries(clientOf(writer), query())) {
    seen.push(...page.map(({ id }) => id));
    times.push(...page.map(({ recordedAt }) => recordedAt));
  }
  expect(seen).toHaveLength(EVENTS + 1);
  expect(new Set(seen).size).toBe(EVENTS + 1);
  expect(times).toEqual([...times].sort().reverse());
});

test("entries carry the tokens that explain them", async () => {
  const [entry] = await readEntries(clientOf(writer), { ...query(), model: "large-1", most: 1 });
  expect(entry).toMatchObject({ operation: "spend", model: "large-1", feature: "reports", tokens: { input: 100 } });
  expect(entry?.credits).toBeLessThan(0);
});

test("a page goes on exactly where the one before it ended", async () => {
  const client = clientOf(writer);
  const both = await readEntries(client, { ...query(), most: 20 });
  const first = await readEntries(client, { ...query(), most: 10 });
  const after = placeOf(placeInWords(first.at(-1) ?? both[0] ?? { recordedAt: "", id: "" }));
  const second = await readEntries(client, { ...query(), most: 10, after });
  expect([...first, ...second].map(({ id }) => id)).toEqual(both.map(({ id }) => id));
});

test("the CSV has every entry, and nothing a spreadsheet would run", async () => {
  const lines = (await csvOf(writer)).trimEnd().split("\r\n");
  expect(lines).toHaveLength(EVENTS + 2);
  expect(lines[0]).toMatch(/^recorded_at,operation,feature,model/);
  const hostile = lines.find((line) => line.includes("HYPERLINK"));
  expect(hostile).toContain(`"'=HYPERLINK(""http://evil.test""),"""`);
});

test("the days sum up to what was spent", async () => {
  const days = await readDailyUsage(clientOf(writer), accountId(writer.accountId), range());
  const [spent] = await database.sql`
    select sum(-credits)::int as credits from public.credit_entries
    where account_id = ${writer.accountId} and operation = 'spend'`;
  expect(days.reduce((sum, day) => sum + day.credits, 0)).toBe(spent?.credits);
  expect(days.reduce((sum, day) => sum + day.calls, 0)).toBe(EVENTS);
});

test("somebody else's usage cannot be read", async () => {
  expect(await readDailyUsage(clientOf(stranger), accountId(writer.accountId), range())).toEqual([]);
  expect((await csvOf(stranger)).trimEnd().split("\r\n")).toHaveLength(1);
});
