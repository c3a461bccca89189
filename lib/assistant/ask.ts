import "server-only";
import type { SupabaseClient } from "@supabase/supabase-js";
import { createUIMessageStream, streamText, type ToolSet, toUIMessageStream, type UIMessageChunk } from "ai";
import { maxOutputTokensOf } from "@/lib/ai/models";
import { languageModel } from "@/lib/ai/provider";
import { countPromptTokens } from "@/lib/ai/tokens";
import type { Credits } from "@/lib/billing/units";
import type { Database } from "@/lib/supabase/database.types";
import type { MeteredCall, Outcome } from "@/lib/usage/call";
import { openMeter } from "@/lib/usage/meter";
import { meteredModel } from "@/lib/usage/metered";
import type { AnswerFacts, AssistantMessage } from "./answer-facts";
import { finishAnswer, keepAnswer, type Question, startAnswer } from "./answers";
import { contextFor, MOST_CONTEXT_TURNS, type Turn } from "./context";
import { readConversation } from "./conversations";

const INSTRUCTIONS =
  "You are a helpful assistant in a product that charges by use. Answer in plain words and in Markdown, without tables and without HTML. Be as short as the question allows.";

export type AskAnswer =
  | { ok: true; stream: ReadableStream<UIMessageChunk>; closed: Promise<Outcome> }
  | { ok: false; code: "already_asked" | "unknown_conversation" };

/** Why an answer broke off, sent as the text of the stream's error. */
export interface BrokenAnswer {
  code: "provider_failed";
  /** Credits charged for what was written before. */
  credits: number;
  available: number | null;
}

async function earlierTurns(client: SupabaseClient<Database>, question: Question): Promise<Turn[]> {
  const { account, conversationId } = question;
  const conversation = await readConversation(client, account, conversationId, MOST_CONTEXT_TURNS);
  return (conversation?.messages ?? [])
    .filter((message) => message.id !== question.questionId)
    .map(({ role, parts }) => ({
      role: role === "user" ? "user" : "assistant",
      content: parts.map((part) => (part.type === "text" ? part.text : "")).join(""),
    }));
}

function factsOf(outcome: Outcome): AnswerFacts {
  const { usage, balance } = outcome;
  return {
    status: outcome.ending,
    inputTokens: usage.inputTokens + usage.cachedInputTokens,
    outputTokens: usage.outputTokens + usage.reasoningTokens,
    credits: outcome.credits,
    estimated: outcome.estimated,
    ...(balance ? { available: balance.available } : {}),
  };
}

/**
 * Answers a question in a conversation: reserves the most it can cost, streams the model's answer, bills what was
 * used, and keeps both. Whatever happens to the stream, the answer is billed once; see `closed`.
 * @param question - what is asked, by whom, and the ids that make it happen once
 * @param overagePermitted - credits beyond the balance that the account's plan permits
 * @param signal - aborted when the person stops the answer or leaves
 * @throws InsufficientCreditsError, SpendingRefusedError, AlreadyMeteredError: nothing was sent to a model or kept
 */
export async function askAssistant(
  client: SupabaseClient<Database>,
  question: Question,
  { overagePermitted, signal }: { overagePermitted: Credits; signal: AbortSignal },
): Promise<AskAnswer> {
  const model = languageModel(question.model);
  const messages = contextFor(await earlierTurns(client, question), question.text);
  const ended: { outcome?: Outcome } = {};
  let tell: (soFar: Credits) => void = () => undefined;
  const call: MeteredCall = {
    modelKey: question.model,
    account: question.account,
    key: `assistant:${question.answerId}`,
    feature: "assistant",
    userId: question.user,
    overagePermitted,
    maxOutputTokens: maxOutputTokensOf(question.model),
    onProgress: (soFar) => tell(soFar),
    onHeartbeat: (text) => keepAnswer(question, text),
    onClose: (outcome) => {
      ended.outcome = outcome;
      return finishAnswer(question, outcome);
    },
  };

  const meter = await openMeter(call, countPromptTokens([{ role: "system", content: INSTRUCTIONS }, ...messages]));
  const started = await startAnswer(question).catch(async (error: unknown) => {
    await meter.close({ ending: "failed" });
    throw error;
  });
  if (!started.ok) {
    await meter.close({ ending: "failed" });
    return started;
  }

  const { stream } = streamText({
    model: meteredModel(model, call, meter),
    instructions: INSTRUCTIONS,
    messages,
    maxOutputTokens: call.maxOutputTokens,
    maxRetries: 0,
    abortSignal: signal,
    onError: ({ error }) => console.error(`The answer ${question.answerId} broke off.`, error),
  });
  const explain = (): string => {
    const { credits = 0, balance } = ended.outcome ?? {};
    const broken: BrokenAnswer = { code: "provider_failed", credits, available: balance?.available ?? null };
    return JSON.stringify(broken);
  };
  const begun: AnswerFacts = {
    model: question.model,
    status: "pending",
    ...(meter.shortened ? { shortenedTo: meter.maxOutputTokens } : {}),
  };
  const answer = createUIMessageStream<AssistantMessage>({
    onError: explain,
    onEnd: async () => void (await meter.close({ ending: "stopped" })),
    execute({ writer }) {
      tell = (soFar) => writer.write({ type: "message-metadata", messageMetadata: { soFar } });
      writer.merge(
        toUIMessageStream<ToolSet, AssistantMessage>({
          stream,
          generateMessageId: () => question.answerId,
          messageMetadata: ({ part }) => {
            if (part.type === "start") return begun;
            return part.type === "finish" && ended.outcome ? factsOf(ended.outcome) : undefined;
          },
          onError: explain,
        }),
      );
    },
  });
  return { ok: true, stream: answer, closed: meter.closed };
}
