import {
  APICallError,
  type LanguageModelV4,
  type LanguageModelV4CallOptions,
  type LanguageModelV4FinishReason,
  type LanguageModelV4StreamPart,
  type LanguageModelV4Usage,
} from "@ai-sdk/provider";
import { decodeGenerator } from "gpt-tokenizer/encoding/o200k_base";
import { isLocal } from "@/lib/env";
import { builtInAnswer, builtInReasoning } from "./built-in-answer";
import { countPromptTokens, textOfMessage, tokenIdsOf } from "./tokens";

/** Sent as the whole prompt in local mode, it makes the built-in model fail as a provider in trouble would. */
export const OUTAGE_PROMPT = "/outage";
/** Sent as the whole prompt in local mode, it makes the built-in model fail in the middle of its answer. */
export const BROKEN_STREAM_PROMPT = "/outage-midway";

export interface BuiltInOptions {
  key: string;
  reasons?: boolean;
  /** The pace, in milliseconds for each token. */
  millisecondsPerToken?: number;
}

const DEFAULT_MILLISECONDS_PER_TOKEN = 12;
/** Providers reuse long prompts they have just read; ours does so from this length on. */
const CACHED_FROM_TOKENS = 1_024;

interface Script {
  reasoning: string[];
  text: string[];
  cutShort: boolean;
  usage: LanguageModelV4Usage;
}

const piecesOf = (ids: number[]): string[] => [...decodeGenerator(ids)];

function lastQuestion({ prompt }: LanguageModelV4CallOptions): string {
  const asked = prompt.findLast((message) => message.role === "user");
  return asked ? textOfMessage(asked) : "";
}

function usageOf(input: number, cached: number, text: number, reasoning: number): LanguageModelV4Usage {
  return {
    inputTokens: { total: input, noCache: input - cached, cacheRead: cached, cacheWrite: undefined },
    outputTokens: { total: text + reasoning, text, reasoning },
  };
}

function scriptFor(options: LanguageModelV4CallOptions, reasons: boolean): Script {
  const question = lastQuestion(options);
  const most = options.maxOutputTokens ?? Number.POSITIVE_INFINITY;
  const reasoning = reasons ? tokenIdsOf(builtInReasoning(question)).slice(0, most) : [];
  const whole = tokenIdsOf(builtInAnswer(question));
  const text = whole.slice(0, Math.max(0, most - reasoning.length));
  const input = countPromptTokens(options.prompt);
  const earlier = countPromptTokens(options.prompt.slice(0, -1));
  const cached = earlier >= CACHED_FROM_TOKENS ? earlier : 0;
  return {
    reasoning: piecesOf(reasoning),
    text: piecesOf(text),
    cutShort: text.length < whole.length,
    usage: usageOf(input, cached, text.length, reasoning.length),
  };
}

function outage(prompt: string): APICallError {
  return new APICallError({
    message: "The built-in model was asked to fail.",
    url: "built-in",
    requestBodyValues: { prompt },
    statusCode: 503,
    isRetryable: false,
  });
}

function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    signal?.addEventListener("abort", stop, { once: true });
  });
}

function* partsOf(script: Script): Generator<LanguageModelV4StreamPart> {
  yield { type: "stream-start", warnings: [] };
  if (script.reasoning.length > 0) {
    yield { type: "reasoning-start", id: "reasoning" };
    for (const delta of script.reasoning) yield { type: "reasoning-delta", id: "reasoning", delta };
    yield { type: "reasoning-end", id: "reasoning" };
  }
  yield { type: "text-start", id: "text" };
  for (const delta of script.text) yield { type: "text-delta", id: "text", delta };
  yield { type: "text-end", id: "text" };
  yield { type: "finish", usage: script.usage, finishReason: finishOf(script) };
}

const finishOf = (script: Script): LanguageModelV4FinishReason => ({
  unified: script.cutShort ? "length" : "stop",
  raw: undefined,
});

function streamOf(
  script: Script,
  { signal, pace, failsMidway }: { signal: AbortSignal | undefined; pace: number; failsMidway: boolean },
): ReadableStream<LanguageModelV4StreamPart> {
  const parts = partsOf(script);
  let left = failsMidway ? Math.floor(script.text.length / 3) : Number.POSITIVE_INFINITY;
  return new ReadableStream({
    async pull(controller) {
      const { value: part, done } = parts.next();
      if (done) return controller.close();
      if (part.type === "text-delta" || part.type === "reasoning-delta") {
        await pause(pace, signal);
        left -= 1;
        if (left < 0) throw outage(BROKEN_STREAM_PROMPT);
      }
      controller.enqueue(part);
    },
  });
}

/**
 * A language model that needs no network and no key: it answers from patterns at a natural pace,
 * with tokens counted by a real tokenizer, so that metering has something true to measure.
 * @returns a model for the AI SDK; it stops at once when the call's signal is aborted
 */
export function builtInModel({ key, reasons = false, millisecondsPerToken }: BuiltInOptions): LanguageModelV4 {
  const pace = millisecondsPerToken ?? DEFAULT_MILLISECONDS_PER_TOKEN;
  const failIfAsked = (question: string) => {
    if (isLocal() && question.trim() === OUTAGE_PROMPT) throw outage(question);
  };
  return {
    specificationVersion: "v4",
    provider: "built-in",
    modelId: key,
    supportedUrls: {},
    async doGenerate(options) {
      failIfAsked(lastQuestion(options));
      const script = scriptFor(options, reasons);
      await pause(pace * (script.text.length + script.reasoning.length), options.abortSignal);
      const reasoning = script.reasoning.join("");
      return {
        content: [
          ...(reasoning === "" ? [] : [{ type: "reasoning" as const, text: reasoning }]),
          { type: "text", text: script.text.join("") },
        ],
        finishReason: finishOf(script),
        usage: script.usage,
        warnings: [],
      };
    },
    async doStream(options) {
      const question = lastQuestion(options);
      failIfAsked(question);
      const failsMidway = isLocal() && question.trim() === BROKEN_STREAM_PROMPT;
      return { stream: streamOf(scriptFor(options, reasons), { signal: options.abortSignal, pace, failsMidway }) };
    },
  };
}
