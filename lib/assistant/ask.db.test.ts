import { randomUUID } from "node:crypto";
import { createClient } from "@supabase/supabase-js";
import { readUIMessageStream } from "ai";
import { MockLanguageModelV4 } from "ai/test";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { tokenOf } from "@/e2e/database/callers";
import { type ClonedDatabase, cloneDatabase } from "@/e2e/database/clone";
import { createPerson, createTeam, type Person } from "@/e2e/database/people";
import { accountId, credits, userId } from "@/lib/billing/units";
import { grantCredits } from "@/lib/credits/grants";
import { getCreditSummary } from "@/lib/credits/summary";
import type { Database } from "@/lib/supabase/database.types";
import { closeDatabase } from "@/lib/supabase/direct";
import { InsufficientCreditsError } from "@/lib/usage/refusals";
import type { AssistantMessage } from "./answer-facts";
import type { Question } from "./answers";
import { askAssistant } from "./ask";
import { deleteConversation, listConversations, readAnswer, readConversation } from "./conversations";

const provider = vi.hoisted(() => ({ model: undefined as unknown }));
vi.mock("@/lib/ai/provider", () => ({
  languageModel: () => {
    if (!provider.model) throw new Error("AI_MODELS makes no sense");
    return provider.model;
  },
}));

let database: ClonedDatabase;
beforeAll(async () => {
  database = await cloneDatabase();
  vi.stubEnv("DATABASE_URL", database.url);
});
afterAll(async () => {
  await closeDatabase();
  await database.drop();
});
afterEach(() => vi.restoreAllMocks());

const WORDS = "Credits are set aside first. ".split(/(?<= )/);
const part = (text: string) => ({ type: "text-delta" as const, id: "1", delta: text });
const finish = {
  type: "finish" as const,
  usage: {
    inputTokens: { total: 100, noCache: 100, cacheRead: undefined, cacheWrite: undefined },
    outputTokens: { total: 50, text: 50, reasoning: undefined },
  },
  finishReason: { unified: "stop" as const, raw: undefined },
};

/** A model that says the words, and then finishes, fails, or says nothing more. */
function speaking(then: "finish" | "fail" | "hang" = "finish", words = WORDS) {
  let said = -1;
  return new MockLanguageModelV4({
    doStream: async () => ({
      stream: new ReadableStream({
        async pull(controller) {
          said += 1;
          const word = words[said - 1];
          if (said === 0) return controller.enqueue({ type: "text-start", id: "1" });
          if (word !== undefined) return controller.enqueue(part(word));
          if (then === "fail") throw new Error("the provider went away");
          if (then === "hang") return new Promise(() => undefined);
          controller.enqueue({ type: "text-end", id: "1" });
          controller.enqueue(finish);
          controller.close();
        },
      }),
    }),
  });
}

function clientOf(person: Person) {
  return createClient<Database>("http://supabase.test", database.keys.publishable, {
    auth: { persistSession: false, autoRefreshToken: false },
    accessToken: async () => tokenOf(database, person.userId),
    global: { fetch: (input, init) => database.rest(input, init) },
    realtime: { transport: class {} as never },
  });
}

async function asker(amount = 10_000) {
  const person = await createPerson(database.sql);
  const account = accountId(person.accountId);
  const grant = { account, source: "pack", sourceId: randomUUID(), amount: credits(amount) };
  await grantCredits({ ...grant, category: "paid", priority: 20 });
  const question: Question = {
    account,
    user: userId(person.userId),
    conversationId: randomUUID(),
    questionId: randomUUID(),
    answerId: randomUUID(),
    text: "What happens before the model is called?",
    model: "large-1",
  };
  return { person, account, client: clientOf(person), question };
}

const terms = (signal = new AbortController().signal) => ({ overagePermitted: credits(0), signal });

async function ask(client: ReturnType<typeof clientOf>, question: Question, signal?: AbortSignal) {
  const answer = await askAssistant(client, question, terms(signal));
  if (!answer.ok) throw new Error(answer.code);
  return answer;
}

async function lastMessage(stream: Parameters<typeof readUIMessageStream>[0]["stream"]) {
  let last: AssistantMessage | undefined;
  for await (const message of readUIMessageStream<AssistantMessage>({ stream })) last = message;
  return last;
}

const textOf = (message: AssistantMessage | undefined) =>
  message?.parts.map((each) => (each.type === "text" ? each.text : "")).join("");

describe("an answer of the assistant", () => {
  test("arrives with what it used, what it cost and what is left, and is kept", async () => {
    provider.model = speaking();
    const { account, client, question } = await asker();
    const { stream } = await ask(client, question);
    const message = await lastMessage(stream);
    expect(message?.id).toBe(question.answerId);
    expect(textOf(message)).toBe(WORDS.join(""));
    const { available } = await getCreditSummary(account);
    const facts = { model: "large-1", status: "complete", inputTokens: 100, outputTokens: 50, credits: 14 };
    expect(message?.metadata).toMatchObject({ ...facts, available });
    expect(available).toBe(10_000 - 14);

    const kept = await readConversation(client, account, question.conversationId);
    expect(kept?.title).toBe(question.text);
    expect(kept?.messages.map(textOf)).toEqual([question.text, WORDS.join("")]);
    expect(kept?.messages[1]?.metadata).toMatchObject(facts);
  });

  test("knows what was said before", async () => {
    const { client, question } = await asker();
    provider.model = speaking();
    await lastMessage((await ask(client, question)).stream);
    const second = speaking();
    provider.model = second;
    const next = { ...question, questionId: randomUUID(), answerId: randomUUID(), text: "And after it?" };
    await lastMessage((await ask(client, next)).stream);
    expect(second.doStreamCalls[0]?.prompt.map(({ role }) => role)).toEqual(["system", "user", "assistant", "user"]);
  });

  test("takes no more reading of a long conversation than of a short one", async () => {
    const { person, account, client, question } = await asker();
    const { conversationId } = question;
    await database.sql`
      insert into public.conversations values (${conversationId}, ${account}, ${person.userId}, 'Long', now(), now())`;
    await database.sql`
      insert into public.messages (id, conversation_id, account_id, user_id, role, content, status, model, created_at, closed_at)
      select gen_random_uuid(), ${conversationId}, ${account}, ${person.userId},
        case n % 2 when 1 then 'user' else 'assistant' end, 'word ' || n, 'complete', 'large-1', now(), now()
      from generate_series(1, 60) n`;
    const model = speaking();
    provider.model = model;
    await lastMessage((await ask(client, question)).stream);
    const asked = model.doStreamCalls[0]?.prompt ?? [];
    expect(asked).toHaveLength(1 + 40 + 1);
    expect(JSON.stringify(asked.at(-2)?.content)).toContain("word 60");
  });

  test("is refused for want of credits before anything is kept or sent to a model", async () => {
    const model = speaking();
    provider.model = model;
    const { account, client, question } = await asker(5);
    await expect(askAssistant(client, question, terms())).rejects.toThrow(InsufficientCreditsError);
    expect(model.doStreamCalls).toHaveLength(0);
    expect(await readConversation(client, account, question.conversationId)).toBeNull();
  });

  test("that fails before its first word costs nothing, says so, and makes room for the next attempt", async () => {
    vi.spyOn(console, "error").mockImplementation(() => undefined);
    provider.model = speaking("fail", []);
    const { account, client, question } = await asker();
    const { stream, closed } = await ask(client, question);
    const errors: string[] = [];
    for await (const chunk of stream) if (chunk.type === "error") errors.push(chunk.errorText);
    expect(errors.map((text) => JSON.parse(text))).toEqual([{ code: "provider_failed", credits: 0, available: null }]);
    expect(await closed).toMatchObject({ status: "released" });
    expect(await readAnswer(client, account, question.answerId)).toMatchObject({ status: "failed", credits: 0 });

    provider.model = speaking();
    await lastMessage((await ask(client, { ...question, answerId: randomUUID() })).stream);
    const kept = await readConversation(client, account, question.conversationId);
    expect(kept?.messages.map(textOf)).toEqual([question.text, WORDS.join("")]);
  });

  test("that breaks off is kept and charged as far as it came, and says so", async () => {
    vi.spyOn(console, "error").mockImplementation(() => undefined);
    provider.model = speaking("fail");
    const { account, client, question } = await asker();
    const { stream } = await ask(client, question);
    const errors: string[] = [];
    for await (const chunk of stream) if (chunk.type === "error") errors.push(chunk.errorText);
    const broken = JSON.parse(errors[0] ?? "{}");
    expect(broken.credits).toBeGreaterThan(0);
    expect(broken.available).toBe(10_000 - broken.credits);
    const kept = await readConversation(client, account, question.conversationId);
    expect(textOf(kept?.messages[1])).toBe(WORDS.join(""));
    expect(kept?.messages[1]?.metadata).toMatchObject({ status: "failed", estimated: true, credits: broken.credits });
  });

  test.each(["abort", "leave"])("that is stopped by %s is kept and charged as far as it came", async (how) => {
    provider.model = speaking("hang");
    const { account, client, question } = await asker();
    const abort = new AbortController();
    const { stream, closed } = await ask(client, question, abort.signal);
    const reader = stream.getReader();
    let words = 0;
    while (words < WORDS.length) if ((await reader.read()).value?.type === "text-delta") words += 1;
    if (how === "abort") abort.abort();
    else await reader.cancel();
    const outcome = await closed;
    expect(outcome).toMatchObject({ status: "settled", ending: "stopped", text: WORDS.join("") });
    expect(await readAnswer(client, account, question.answerId)).toMatchObject({
      status: "stopped",
      credits: outcome.credits,
    });
    expect((await getCreditSummary(account)).available).toBe(10_000 - outcome.credits);
  });

  test("is kept without what no database keeps, whatever the model writes", async () => {
    provider.model = speaking("finish", ["Before\u0000", " after", "\ud83d"]);
    const { account, client, question } = await asker();
    await lastMessage((await ask(client, question)).stream);
    const kept = await readConversation(client, account, question.conversationId);
    expect(textOf(kept?.messages[1])).toBe("Before after");
    expect(kept?.messages[1]?.metadata).toMatchObject({ status: "complete", credits: 14 });
  });

  test("that no model can be asked for reserves nothing and keeps nothing", async () => {
    provider.model = undefined;
    const { account, client, question } = await asker();
    await expect(askAssistant(client, question, terms())).rejects.toThrow("AI_MODELS");
    expect(await getCreditSummary(account)).toMatchObject({ available: 10_000, reserved: 0 });
    expect(await readConversation(client, account, question.conversationId)).toBeNull();
  });

  test("is given once, however often the same request arrives", async () => {
    const model = speaking();
    provider.model = model;
    const { account, client, question } = await asker();
    const attempts = await Promise.allSettled([1, 2, 3].map(() => ask(client, question)));
    const [given] = attempts.flatMap((attempt) => (attempt.status === "fulfilled" ? [attempt.value] : []));
    expect(attempts.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    if (given) await lastMessage(given.stream);
    expect(model.doStreamCalls).toHaveLength(1);
    expect((await getCreditSummary(account)).available).toBe(10_000 - 14);
  });

  test("is not given in somebody else's conversation, and costs nothing there", async () => {
    provider.model = speaking();
    const writer = await asker();
    await lastMessage((await ask(writer.client, writer.question)).stream);
    const stranger = await asker();
    const { conversationId } = writer.question;
    const answer = await askAssistant(stranger.client, { ...stranger.question, conversationId }, terms());
    expect(answer).toEqual({ ok: false, code: "unknown_conversation" });
    expect((await getCreditSummary(stranger.account)).available).toBe(10_000);
  });
});

describe("conversations", () => {
  test("are read by their writer alone, not even by others of the same team", async () => {
    provider.model = speaking();
    const { person, client, question } = await asker();
    const colleague = await createPerson(database.sql);
    const team = accountId(
      await createTeam(database.sql, [
        { userId: person.userId, role: "member" },
        { userId: colleague.userId, role: "owner" },
      ]),
    );
    const grant = { account: team, source: "pack", sourceId: randomUUID(), amount: credits(1_000) };
    await grantCredits({ ...grant, category: "paid", priority: 20 });
    await lastMessage((await ask(client, { ...question, account: team })).stream);
    expect(await listConversations(client, team)).toMatchObject([{ id: question.conversationId }]);
    expect(await listConversations(clientOf(colleague), team)).toEqual([]);
    expect(await readConversation(clientOf(colleague), team, question.conversationId)).toBeNull();
    expect(await readAnswer(clientOf(colleague), team, question.answerId)).toBeNull();
  });

  test("are deleted by their writer alone, and what they cost stays in the ledger", async () => {
    provider.model = speaking();
    const { account, client, question } = await asker();
    await lastMessage((await ask(client, question)).stream);
    const stranger = await asker();
    const { conversationId } = question;
    expect(await deleteConversation(stranger.account, stranger.question.user, conversationId)).toMatchObject({
      ok: false,
    });
    expect(await deleteConversation(account, question.user, conversationId)).toMatchObject({ ok: true });
    expect(await readConversation(client, account, conversationId)).toBeNull();
    expect((await getCreditSummary(account)).available).toBe(10_000 - 14);
  });
});
