import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type ClonedDatabase, cloneDatabase } from "@/e2e/database/clone";
import { createPerson } from "@/e2e/database/people";
import { createApiKey, revokeApiKey } from "@/lib/accounts/api-keys";
import { creditsFor } from "@/lib/billing/rating";
import { accountId, credits, userId } from "@/lib/billing/units";
import { grantCredits } from "@/lib/credits/grants";
import { getCreditSummary } from "@/lib/credits/summary";
import { closeDatabase } from "@/lib/supabase/direct";
import { POST } from "./route";

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

async function reporter(amount = 10_000) {
  const person = await createPerson(database.sql);
  const account = accountId(person.accountId);
  const user = userId(person.userId);
  const grant = { account, source: "pack", sourceId: randomUUID(), amount: credits(amount) };
  await grantCredits({ ...grant, category: "paid", priority: 20 });
  const key = await createApiKey({ account, user, name: "Server" });
  if (!key.ok) throw new Error(key.code);
  const post = (body: unknown, headers: HeadersInit = { authorization: `Bearer ${key.key}` }) =>
    POST(
      new Request("http://localhost/api/usage", {
        method: "POST",
        headers,
        body: typeof body === "string" ? body : JSON.stringify(body),
      }),
    );
  return { account, user, key, post, available: async () => (await getCreditSummary(account)).available };
}

const event = (key: string, more: object = {}) => ({
  key,
  model: "large-1",
  input_tokens: 1_000,
  cached_input_tokens: 500,
  output_tokens: 200,
  reasoning_tokens: 100,
  ...more,
});
const PRICE = creditsFor("large-1", {
  inputTokens: 1_000,
  cachedInputTokens: 500,
  outputTokens: 200,
  reasoningTokens: 100,
});

describe("reporting usage", () => {
  test("rates each event and answers what was accepted and what is left", async () => {
    const { post } = await reporter();
    const answer = await post({ events: [event("a"), event("b"), { key: "c", credits: 7, feature: "exports" }] });
    expect(answer.status).toBe(200);
    const available = 10_000 - 2 * PRICE - 7;
    expect(await answer.json()).toEqual({
      accepted: 3,
      duplicates: 0,
      balance: { available, reserved: 0, total: available, debt: 0, overage_used: 0, is_low: false },
      over_limit: false,
    });
  });

  test("counts an event once, however often it is reported, within a request and across requests", async () => {
    const { post, available } = await reporter();
    await post({ events: [event("a"), event("b")] });
    const again = await post({ events: [event("b"), event("c"), event("c")] });
    expect(await again.json()).toMatchObject({ accepted: 1, duplicates: 2 });
    await Promise.all([1, 2, 3, 4].map(() => post({ events: [event("a"), event("d")] })));
    expect(await available()).toBe(10_000 - 4 * PRICE);
  });

  test("keeps one account's keys apart from another's", async () => {
    const [one, other] = [await reporter(), await reporter()];
    await one.post({ events: [event("same")] });
    expect(await (await other.post({ events: [event("same")] })).json()).toMatchObject({ accepted: 1, duplicates: 0 });
  });

  test("is never refused for want of credits: the rest becomes debt, and the answer says so", async () => {
    const { post } = await reporter(10);
    const answer = await post({ events: [event("a")] });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({
      over_limit: true,
      balance: { available: 0, debt: PRICE - 10 },
    });
  });

  test("takes all events of a request or none, and names the first that is wrong", async () => {
    const { post, available } = await reporter();
    const answer = await post({ events: [event("a"), event("b", { output_tokens: -1 }), event("c")] });
    expect(answer.status).toBe(422);
    expect(await answer.json()).toMatchObject({
      error: { code: "invalid_event", index: 1, message: expect.stringContaining("output_tokens") },
    });
    expect(await available()).toBe(10_000);
  });

  test("refuses a key that stood for another event, and names it", async () => {
    const { post, available } = await reporter();
    await post({ events: [event("a")] });
    const answer = await post({ events: [event("b"), event("a", { output_tokens: 201 })] });
    expect(answer.status).toBe(422);
    expect(await answer.json()).toMatchObject({ error: { code: "key_reused", index: 1 } });
    expect(await available()).toBe(10_000 - PRICE);
  });

  test("takes 1,000 events at once, and not one more", async () => {
    const { post, available } = await reporter(1_000_000);
    const events = Array.from({ length: 1_001 }, (_, index) => event(`e${index}`));
    const tooMany = await post({ events });
    expect(tooMany.status).toBe(413);
    expect(await tooMany.json()).toMatchObject({ error: { code: "too_many_events" } });
    expect(await (await post({ events: events.slice(1) })).json()).toMatchObject({ accepted: 1_000 });
    expect(await available()).toBe(1_000_000 - 1_000 * PRICE);
  });

  test("stops reading at 1 MB, whatever the request says about its length", async () => {
    const { post } = await reporter();
    const answer = await post(JSON.stringify({ events: [{ ...event("a"), note: "x".repeat(1_000_001) }] }));
    expect(answer.status).toBe(413);
    expect(await answer.json()).toMatchObject({ error: { code: "too_large" } });
  });

  test("refuses a body that is not JSON, or no batch", async () => {
    const { post } = await reporter();
    for (const body of ["{", "", "[]", '{"events":[]}']) {
      const answer = await post(body);
      expect(answer.status).toBe(422);
      expect(await answer.json()).toMatchObject({ error: { code: "invalid_request" } });
    }
  });

  test("of one account, however much at once, leaves connections for others", async () => {
    const [flood, other] = [await reporter(), await reporter()];
    let posted: Array<Promise<Response>> = [];
    await database.sql.begin(async (transaction) => {
      await transaction`select pg_advisory_xact_lock(hashtextextended(${flood.account}, 20))`;
      posted = Array.from({ length: 30 }, (_, index) => flood.post({ events: [{ key: `e${index}`, credits: 1 }] }));
      expect((await other.post({ events: [event("a")] })).status).toBe(200);
    });
    expect((await Promise.all(posted)).map(({ status }) => status)).toEqual(Array(30).fill(200));
    expect(await flood.available()).toBe(10_000 - 30);
  });

  test("needs a key that is known and not revoked", async () => {
    const { account, user, key, post, available } = await reporter();
    const wrong: HeadersInit[] = [{}, { authorization: "Bearer ll_wrong" }, { authorization: `Basic ${key.key}` }];
    for (const headers of wrong) {
      const answer = await post({ events: [event("a")] }, headers);
      expect(answer.status).toBe(401);
      expect(answer.headers.get("www-authenticate")).toBe("Bearer");
      expect(await answer.json()).toMatchObject({ error: { code: "invalid_api_key" } });
    }
    await revokeApiKey({ account, user, keyId: key.id });
    expect((await post({ events: [event("a")] })).status).toBe(401);
    expect(await available()).toBe(10_000);
  });
});
