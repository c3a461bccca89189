import { randomUUID } from "node:crypto";
import { generateText, streamText } from "ai";
import { MockLanguageModelV4 } from "ai/test";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { accountId, credits } from "@/lib/billing/units";
import { closeDatabase } from "@/lib/supabase/direct";
import { meteredModel } from "./metered";

beforeAll(() => {
  vi.stubEnv("DATABASE_URL", "postgres://nobody@127.0.0.1:1/nowhere");
});
afterAll(async () => {
  await closeDatabase();
  vi.unstubAllEnvs();
});

test("while the ledger does not answer no model is called: nothing is given away unmeasured", async () => {
  const inner = new MockLanguageModelV4();
  const model = () =>
    meteredModel(inner, {
      modelKey: "large-1",
      account: accountId(randomUUID()),
      key: randomUUID(),
      feature: "assistant",
      overagePermitted: credits(100_000),
      maxOutputTokens: 500,
    });
  const request = { prompt: "How is a call paid for?", maxRetries: 0 };
  await expect(generateText({ model: model(), ...request })).rejects.toThrow();
  const errors: unknown[] = [];
  await streamText({ model: model(), ...request, onError: ({ error }) => errors.push(error) }).consumeStream();
  expect(errors).not.toEqual([]);
  expect([inner.doGenerateCalls, inner.doStreamCalls]).toEqual([[], []]);
});
