import { randomUUID } from "node:crypto";
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { tokenOf } from "@/e2e/database/callers";
import { type ClonedDatabase, cloneDatabase } from "@/e2e/database/clone";
import { createPerson } from "@/e2e/database/people";
import { accountId, credits, userId } from "@/lib/billing/units";
import { grantCredits } from "@/lib/credits/grants";
import { freezeCredits } from "@/lib/credits/standing";
import { getCreditSummary } from "@/lib/credits/summary";
import { closeDatabase } from "@/lib/supabase/direct";
import { GET } from "./[answerId]/route";
import { POST } from "./route";

const visitor = vi.hoisted(() => ({ session: null as unknown, client: null as unknown, account: "" }));
vi.mock("@/lib/session", () => ({ getSession: async () => visitor.session }));
vi.mock("@/lib/supabase/server", () => ({ userClient: async () => visitor.client }));
vi.mock("@/lib/ai/provider", async () => {
  const { builtInModel } = await import("@/lib/ai/built-in");
  return { languageModel: (key: string) => builtInModel({ key, millisecondsPerToken: 0 }) };
});
vi.mock("next/server", () => ({ after: () => undefined }));

let database: ClonedDatabase;
beforeAll(async () => {
  database = await cloneDatabase();
  vi.stubEnv("DATABASE_URL", database.url);
  vi.stubEnv("STRIPE_SECRET_KEY", "sk_test_of_the_tests");
});
afterAll(async () => {
  await closeDatabase();
  await database.drop();
});

async function signIn(amount: number) {
  const person = await createPerson(database.sql);
  const account = accountId(person.accountId);
  const grant = { account, source: "pack", sourceId: randomUUID(), amount: credits(amount) };
  if (amount > 0) await grantCredits({ ...grant, category: "paid", priority: 20 });
  const client: SupabaseClient = createClient("http://supabase.test", database.keys.publishable, {
    auth: { persistSession: false, autoRefreshToken: false },
    accessToken: async () => tokenOf(database, person.userId),
    global: { fetch: (input, init) => database.rest(input, init) },
    realtime: { transport: class {} as never },
  });
  visitor.session = {
    user: { id: userId(person.userId), email: person.email },
    account: { id: account, name: "Personal", kind: "personal", role: "owner" },
    accounts: [],
  };
  visitor.client = client;
  visitor.account = account;
  return account;
}

const question = (more: object = {}) => ({
  account: visitor.account || randomUUID(),
  conversationId: randomUUID(),
  questionId: randomUUID(),
  answerId: randomUUID(),
  text: "Plan a launch.",
  model: "small-1",
  ...more,
});
const post = (body: unknown) =>
  POST(new Request("http://localhost/api/assistant", { method: "POST", body: JSON.stringify(body ?? null) }));
const get = (answerId: string) =>
  GET(new Request(`http://localhost/api/assistant/${answerId}`), { params: Promise.resolve({ answerId }) });

describe("asking the assistant", () => {
  test("streams an answer, which can be asked about afterwards", async () => {
    await signIn(10_000);
    const asked = question();
    const response = await post(asked);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toContain("text/event-stream");
    expect(await response.text()).toContain('"type":"text-delta"');
    const facts = await (await get(asked.answerId)).json();
    expect(facts).toMatchObject({ status: "complete", model: "small-1", credits: expect.any(Number) });
    expect(facts.available).toBe(10_000 - facts.credits);
  });

  test("is for people who are signed in", async () => {
    visitor.session = null;
    expect((await post(question())).status).toBe(401);
    expect((await get(randomUUID())).status).toBe(401);
  });

  test.each([
    ["nothing", undefined],
    ["an empty question", { text: "  " }],
    ["a question of 20,001 characters", { text: "x".repeat(20_001) }],
    ["a model that is not sold", { model: "gpt-9" }],
    ["an id that is none", { answerId: "1" }],
    ["a body far longer than any question", { more: "x".repeat(200_000) }],
  ])("refuses %s", async (_, more) => {
    await signIn(100);
    const response = await post(more && question(more));
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ code: "invalid_request", message: expect.any(String) });
  });

  test("leaves out of a question what cannot be kept, as texts copied from documents hold it", async () => {
    const account = await signIn(10_000);
    const response = await post(question({ text: "Plan\u0000 a launch.\ud83d" }));
    expect(response.status).toBe(200);
    await response.text();
    const [kept] = await database.sql`
      select content from public.messages where account_id = ${account} and role = 'user'`;
    expect(kept?.content).toBe("Plan a launch.");
  });

  test("is not paid by an account the person has switched to since the page was loaded", async () => {
    const seen = await signIn(10_000);
    const asked = question();
    const switched = await signIn(10_000);
    const response = await post(asked);
    expect(response.status).toBe(409);
    expect(await response.json()).toMatchObject({ code: "other_account" });
    for (const account of [seen, switched]) {
      expect(await getCreditSummary(account)).toMatchObject({ available: 10_000, reserved: 0 });
    }
  });

  test("says with how many credits it would go on, and that nothing was sent", async () => {
    await signIn(1);
    const asked = question();
    const response = await post(asked);
    expect(response.status).toBe(402);
    expect(await response.json()).toMatchObject({ code: "insufficient_credits", available: 1, needed: 3 });
    expect((await get(asked.answerId)).status).toBe(404);
  });

  test("is stopped for an account whose credits are frozen", async () => {
    const account = await signIn(10_000);
    await freezeCredits({ account, frozen: true, key: "test" });
    const response = await post(question());
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({ code: "account_frozen" });
  });

  test("answers the same request once", async () => {
    await signIn(10_000);
    const asked = question();
    await (await post(asked)).text();
    const again = await post(asked);
    expect(again.status).toBe(409);
    expect(await again.json()).toMatchObject({ code: "already_asked" });
  });
});
