import { randomUUID } from "node:crypto";
import type { LanguageModelV4StreamPart, LanguageModelV4Usage } from "@ai-sdk/provider";
import { streamText } from "ai";
import { MockLanguageModelV4 } from "ai/test";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type ClonedDatabase, cloneDatabase } from "@/e2e/database/clone";
import { createPerson } from "@/e2e/database/people";
import { countPromptTokens, countTextTokens } from "@/lib/ai/tokens";
import { creditsFor } from "@/lib/billing/rating";
import { accountId, credits, userId } from "@/lib/billing/units";
import { expireCredits } from "@/lib/credits/expiry";
import { grantCredits } from "@/lib/credits/grants";
import { getCreditSummary } from "@/lib/credits/summary";
import { closeDatabase } from "@/lib/supabase/direct";
import type { MeteredCall, Outcome } from "./call";
import { openMeter } from "./meter";
import { meteredModel, runMetered } from "./metered";
import { AlreadyMeteredError, InsufficientCreditsError } from "./refusals";

let database: ClonedDatabase;
beforeAll(async () => {
  database = await cloneDatabase();
  vi.stubEnv("DATABASE_URL", `${database.url}?ledgerline.movable_clock=on`);
});
afterAll(async () => {
  await closeDatabase();
  await database.drop();
});

const USAGE: LanguageModelV4Usage = {
  inputTokens: { total: 1_000, noCache: 400, cacheRead: 600, cacheWrite: undefined },
  outputTokens: { total: 500, text: 300, reasoning: 200 },
};
const NO_USAGE: LanguageModelV4Usage = {
  inputTokens: { total: undefined, noCache: undefined, cacheRead: undefined, cacheWrite: undefined },
  outputTokens: { total: undefined, text: undefined, reasoning: undefined },
};
const PRICE = creditsFor("large-1", {
  inputTokens: 400,
  cachedInputTokens: 600,
  outputTokens: 300,
  reasoningTokens: 200,
});
const WORDS = "credits are set aside before the model is called and the rest comes back ".split(/(?<= )/);

async function payer(amount: number) {
  const person = await createPerson(database.sql);
  const account = accountId(person.accountId);
  if (amount > 0) {
    const grant = { account, source: "pack", sourceId: randomUUID(), amount: credits(amount) };
    await grantCredits({ ...grant, category: "paid", priority: 20 });
  }
  const outcomes: Outcome[] = [];
  const call: MeteredCall = {
    modelKey: "large-1",
    account,
    key: `test:${randomUUID()}`,
    feature: "assistant",
    userId: userId(person.userId),
    overagePermitted: credits(0),
    maxOutputTokens: 500,
    onClose: async (outcome) => outcomes.push(outcome),
  };
  return { account, call, outcomes, left: async () => (await getCreditSummary(account)).total };
}

const openReservations = async (account: string) =>
  (await database.sql`select 1 from public.credit_reservations where account_id = ${account} and state = 'open'`)
    .length;

const usageOf = async (account: string) =>
  database.sql`select * from public.usage_events where account_id = ${account}`;

type Break = { after: number; how: "error" | "end" | "hang" };

/** A stream of words, one for each read, that may break off. */
function wordStream(usage: LanguageModelV4Usage, broken?: Break): ReadableStream<LanguageModelV4StreamPart> {
  let read = 0;
  return new ReadableStream({
    async pull(controller) {
      if (read === 0) controller.enqueue({ type: "text-start", id: "1" });
      if (broken && read === broken.after) {
        if (broken.how === "error") throw new Error("the provider went away");
        if (broken.how === "end") return controller.close();
        return new Promise(() => undefined);
      }
      const word = WORDS[read];
      read += 1;
      if (word !== undefined) return controller.enqueue({ type: "text-delta", id: "1", delta: word });
      controller.enqueue({ type: "text-end", id: "1" });
      controller.enqueue({ type: "finish", usage, finishReason: { unified: "stop", raw: undefined } });
      controller.close();
    },
  });
}

const speaking = (usage = USAGE, broken?: Break) =>
  new MockLanguageModelV4({ doStream: async () => ({ stream: wordStream(usage, broken) }) });

const prompt = { messages: [{ role: "user" as const, content: "How is a call paid for?" }], maxRetries: 0 };
const quiet = { onError: () => undefined };

async function readAll(stream: AsyncIterable<unknown>) {
  for await (const _ of stream);
}

/** Reads until the stream ends or breaks. */
const readOn = (stream: AsyncIterable<unknown>) => readAll(stream).catch((error: unknown) => error);

describe("a call of a model", () => {
  test("is billed by the usage the provider reports, in pools that exclude each other, once", async () => {
    const { account, call, outcomes, left } = await payer(10_000);
    const model = speaking();
    await readAll(streamText({ ...prompt, model: meteredModel(model, call) }).stream);
    expect(outcomes).toMatchObject([{ status: "settled", ending: "complete", credits: PRICE, estimated: false }]);
    expect(await left()).toBe(10_000 - PRICE);
    expect(await usageOf(account)).toMatchObject([
      {
        feature: "assistant",
        model: "large-1",
        input_tokens: "400",
        cached_input_tokens: "600",
        output_tokens: "300",
        reasoning_tokens: "200",
        estimated: false,
      },
    ]);
    expect(await openReservations(account)).toBe(0);
  });

  test("is not made when there are too few credits, and says how many are needed", async () => {
    const { account, call } = await payer(10);
    const model = speaking();
    const errors: unknown[] = [];
    const metered = meteredModel(model, call);
    await readAll(streamText({ ...prompt, model: metered, onError: ({ error }) => void errors.push(error) }).stream);
    expect(errors[0]).toBeInstanceOf(InsufficientCreditsError);
    expect(errors[0]).toMatchObject({ available: 10, needed: expect.any(Number) });
    expect((errors[0] as InsufficientCreditsError).needed).toBeGreaterThan(10);
    expect(model.doStreamCalls).toHaveLength(0);
    expect(await openReservations(account)).toBe(0);
  });

  test("is asked for a shorter answer when the balance pays for one worth having", async () => {
    const { call, left } = await payer(60);
    const model = speaking(NO_USAGE);
    const meter = await openMeter(call, 20);
    expect(meter.shortened).toBe(true);
    await readAll(streamText({ ...prompt, model: meteredModel(model, call, meter) }).stream);
    expect(model.doStreamCalls[0]?.maxOutputTokens).toBe(meter.maxOutputTokens);
    expect(meter.maxOutputTokens).toBeGreaterThan(64);
    expect(meter.maxOutputTokens).toBeLessThan(500);
    expect(await left()).toBeLessThan(60);
  });

  test("is billed by our own count, marked estimated, when the provider reports no usage", async () => {
    const { account, call, outcomes } = await payer(10_000);
    await readAll(streamText({ ...prompt, model: meteredModel(speaking(NO_USAGE), call) }).stream);
    const outputTokens = countTextTokens(WORDS.join(""));
    expect(outcomes).toMatchObject([{ status: "settled", estimated: true, usage: { outputTokens } }]);
    expect(await usageOf(account)).toMatchObject([{ estimated: true, output_tokens: String(outputTokens) }]);
  });

  test("is made and billed once, however often the same request arrives", async () => {
    const { call, left, outcomes } = await payer(10_000);
    const models = [speaking(), speaking(), speaking()];
    const asked = models.map((model) => streamText({ ...prompt, ...quiet, model: meteredModel(model, call) }));
    await Promise.all(asked.map(({ stream }) => readAll(stream)));
    expect(models.map((model) => model.doStreamCalls.length).sort()).toEqual([0, 0, 1]);
    await expect(openMeter(call, 20)).rejects.toThrow(AlreadyMeteredError);
    expect(outcomes).toHaveLength(1);
    expect(await left()).toBe(10_000 - PRICE);
  });

  test("costs nothing when the provider fails before the first token", async () => {
    const { account, call, outcomes, left } = await payer(10_000);
    for (const model of [
      new MockLanguageModelV4({ doStream: async () => Promise.reject(new Error("503")) }),
      speaking(USAGE, { after: 0, how: "error" }),
      speaking(USAGE, { after: 0, how: "end" }),
    ]) {
      const key = `test:${randomUUID()}`;
      await readOn(streamText({ ...prompt, ...quiet, model: meteredModel(model, { ...call, key }) }).stream);
    }
    expect(outcomes.map(({ status, ending }) => `${status} ${ending}`)).toEqual(Array(3).fill("released failed"));
    expect(await left()).toBe(10_000);
    expect(await openReservations(account)).toBe(0);
    expect(await usageOf(account)).toHaveLength(0);
  });

  test.each(["error", "end"] as const)(
    "is billed for what was written when the stream breaks off by %s",
    async (how) => {
      const { account, call, outcomes, left } = await payer(10_000);
      await readOn(
        streamText({ ...prompt, ...quiet, model: meteredModel(speaking(USAGE, { after: 6, how }), call) }).stream,
      );
      const text = WORDS.slice(0, 6).join("");
      expect(outcomes).toMatchObject([{ status: "settled", ending: "failed", estimated: true, text }]);
      expect(outcomes[0]?.usage.outputTokens).toBe(countTextTokens(text));
      expect(await left()).toBe(10_000 - (outcomes[0]?.credits ?? 0));
      expect(await openReservations(account)).toBe(0);
    },
  );

  test("is billed for what was written when it is aborted, even while the provider hangs", async () => {
    const { account, call, outcomes, left } = await payer(10_000);
    const abort = new AbortController();
    const meter = await openMeter(call, 20);
    const { stream } = streamText({
      ...prompt,
      ...quiet,
      model: meteredModel(speaking(USAGE, { after: 5, how: "hang" }), call, meter),
      abortSignal: abort.signal,
    });
    let words = 0;
    for await (const part of stream) {
      if (part.type === "text-delta") words += 1;
      if (words === 5) abort.abort();
    }
    await meter.closed;
    expect(outcomes).toMatchObject([{ status: "settled", ending: "stopped", estimated: true }]);
    expect(outcomes[0]?.text).toBe(WORDS.slice(0, 5).join(""));
    expect(await left()).toBe(10_000 - (outcomes[0]?.credits ?? 0));
    expect(await openReservations(account)).toBe(0);
  });

  test("is billed at once when it is aborted, though nobody reads on and the provider never answers", async () => {
    const { account, call, outcomes } = await payer(10_000);
    const abort = new AbortController();
    const { stream } = await meteredModel(speaking(USAGE, { after: 3, how: "hang" }), call).doStream({
      prompt: [{ role: "user", content: [{ type: "text", text: "hello" }] }],
      abortSignal: abort.signal,
    });
    const reader = stream.getReader();
    for (let read = 0; read < 4; read += 1) await reader.read();
    abort.abort();
    await vi.waitFor(() => expect(outcomes).toHaveLength(1), { timeout: 10_000 });
    expect(outcomes).toMatchObject([{ status: "settled", ending: "stopped", text: WORDS.slice(0, 3).join("") }]);
    expect(await openReservations(account)).toBe(0);
  });

  test.each(["abort", "leave"])(
    "is billed for its prompt when it is stopped by %s before the first word",
    async (how) => {
      const { account, call, outcomes, left } = await payer(10_000);
      const abort = new AbortController();
      const text = "a prompt that the provider reads and asks money for ".repeat(50);
      const { stream } = await meteredModel(speaking(USAGE, { after: 0, how: "hang" }), call).doStream({
        prompt: [{ role: "user", content: [{ type: "text", text }] }],
        abortSignal: abort.signal,
      });
      if (how === "abort") abort.abort();
      else await stream.cancel();
      await vi.waitFor(() => expect(outcomes).toHaveLength(1), { timeout: 10_000 });
      const inputTokens = countPromptTokens([{ role: "user", content: text }]);
      const usage = { inputTokens, cachedInputTokens: 0, outputTokens: 0, reasoningTokens: 0 };
      const price = creditsFor("large-1", usage);
      expect(outcomes).toMatchObject([
        { status: "settled", ending: "stopped", estimated: true, usage, credits: price },
      ]);
      expect(await left()).toBe(10_000 - price);
      expect(await openReservations(account)).toBe(0);
    },
  );

  test("is billed for what was written when its reader leaves", async () => {
    const { account, call, outcomes } = await payer(10_000);
    const { stream } = await meteredModel(speaking(), call).doStream({
      prompt: [{ role: "user", content: [{ type: "text", text: "hello" }] }],
    });
    const reader = stream.getReader();
    for (let read = 0; read < 5; read += 1) await reader.read();
    await reader.cancel("the tab was closed");
    expect(outcomes).toMatchObject([{ status: "settled", ending: "stopped", estimated: true }]);
    expect(outcomes[0]?.credits).toBeGreaterThan(0);
    expect(await openReservations(account)).toBe(0);
  });

  test("tells the ledger what it has used while it runs, so that a killed server loses nothing that was said", async () => {
    const { account, call, left } = await payer(10_000);
    const meter = await openMeter({ ...call, heartbeatSeconds: 0.02, timeToLiveSeconds: 60 }, 20);
    for (const word of WORDS) meter.counter.saw({ type: "text-delta", id: "1", delta: word });
    const used = creditsFor("large-1", meter.counter.total());
    await vi.waitFor(
      async () => {
        const [reservation] = await database.sql`
          select used_so_far from public.credit_reservations where account_id = ${account}`;
        expect(Number(reservation?.used_so_far)).toBe(used);
      },
      { timeout: 10_000, interval: 20 },
    );
    // A heartbeat under way holds the account's lock, and the sweep passes by whatever is locked until its next turn.
    await vi.waitFor(
      async () => {
        await expireCredits({ limit: 100, at: new Date(Date.now() + 3_600_000) });
        expect(await openReservations(account)).toBe(0);
      },
      { timeout: 10_000, interval: 20 },
    );
    expect(await left()).toBe(10_000 - used);
    expect(await usageOf(account)).toMatchObject([{ estimated: true }]);
    await meter.close({ ending: "stopped" });
  });

  test("that does not stream is billed by what it used, and costs nothing when it fails", async () => {
    const { call, left } = await payer(10_000);
    const answering = new MockLanguageModelV4({
      doGenerate: async () => ({
        content: [{ type: "text", text: "In advance." }],
        finishReason: { unified: "stop", raw: undefined },
        usage: USAGE,
        warnings: [],
      }),
    });
    const { text, outcome } = await runMetered(answering, call, { messages: prompt.messages });
    expect(text).toBe("In advance.");
    expect(outcome).toMatchObject({ status: "settled", credits: PRICE });
    expect(await left()).toBe(10_000 - PRICE);

    const failing = new MockLanguageModelV4({ doGenerate: async () => Promise.reject(new Error("503")) });
    const again = { ...call, key: `test:${randomUUID()}` };
    await expect(runMetered(failing, again, { messages: prompt.messages })).rejects.toThrow();
    expect(await left()).toBe(10_000 - PRICE);
  });
});

test("a hundred streams cut at random leave no open reservation after their time to live, and no credit unexplained", async () => {
  const { account, call, outcomes, left } = await payer(1_000_000);
  const cut = async (index: number) => {
    const after = (index * 7) % (WORDS.length + 3);
    const mine = { ...call, key: `cut:${index}:${account}`, timeToLiveSeconds: 60 };
    const how = (["error", "end", "abort", "leave", "kill"] as const)[index % 5];
    const params = { prompt: [{ role: "user" as const, content: [{ type: "text" as const, text: "go on" }] }] };
    if (how === "kill") {
      const meter = await openMeter({ ...mine, heartbeatSeconds: 3_600 }, 20);
      meter.counter.saw({ type: "text-delta", id: "1", delta: "lost" });
      return;
    }
    const abort = new AbortController();
    const broken: Break | undefined = how === "error" || how === "end" ? { after, how } : undefined;
    const model = meteredModel(speaking(USAGE, broken), mine);
    const { stream } = await model.doStream({ ...params, abortSignal: abort.signal });
    const reader = stream.getReader();
    try {
      for (let read = 0; ; read += 1) {
        if (read === after && how === "abort") abort.abort();
        if (read === after && how === "leave") return await reader.cancel();
        if ((await reader.read()).done) return;
      }
    } catch (error) {
      expect(how).toBe("error");
      expect(error).toMatchObject({ message: "the provider went away" });
    }
  };
  await Promise.all(Array.from({ length: 100 }, (_, index) => cut(index)));
  await vi.waitFor(() => expect(outcomes).toHaveLength(80), { timeout: 20_000 });
  expect(await openReservations(account)).toBe(20);

  await expireCredits({ limit: 1_000, at: new Date(Date.now() + 3_600_000) });
  expect(await openReservations(account)).toBe(0);
  const billed = outcomes.reduce((sum, outcome) => sum + outcome.credits, 0);
  expect(await left()).toBe(1_000_000 - billed);
  expect((await getCreditSummary(account)).reserved).toBe(0);
});
