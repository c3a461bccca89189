import "server-only";
import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4Middleware,
  LanguageModelV4StreamPart,
} from "@ai-sdk/provider";
import { generateText, type ModelMessage, wrapLanguageModel } from "ai";
import { countPromptTokens, countTextTokens } from "@/lib/ai/tokens";
import type { MeteredCall, Outcome } from "./call";
import { type Ending, type Meter, openMeter } from "./meter";

const isFailure = (part: { finishReason: { unified: string } }): boolean => part.finishReason.unified === "error";

function promptTokensOf({ prompt, tools }: LanguageModelV4CallOptions): number {
  return countPromptTokens(prompt) + (tools?.length ? countTextTokens(JSON.stringify(tools)) : 0);
}

const endingOf = (signal: AbortSignal | undefined): Ending => ({ ending: signal?.aborted ? "stopped" : "failed" });

/** Hands a model's stream on, counts what passes, and bills it however it ends: finished, failed, aborted or left. */
function metered(
  source: ReadableStream<LanguageModelV4StreamPart>,
  meter: Meter,
  signal: AbortSignal | undefined,
): ReadableStream<LanguageModelV4StreamPart> {
  const reader = source.getReader();
  meter.begun();
  const stop = () => void meter.close({ ending: "stopped" });
  if (signal?.aborted) stop();
  signal?.addEventListener("abort", stop, { once: true });
  void meter.closed.then(() => signal?.removeEventListener("abort", stop));

  return new ReadableStream<LanguageModelV4StreamPart>({
    async pull(controller) {
      try {
        const { done, value: part } = await reader.read();
        if (done) {
          await meter.close({ ending: "failed" });
          return controller.close();
        }
        meter.counter.saw(part);
        if (part.type === "finish") {
          await meter.close({ ending: isFailure(part) ? "failed" : "complete", reported: part.usage });
        }
        controller.enqueue(part);
      } catch (error) {
        await meter.close(endingOf(signal));
        controller.error(error);
      }
    },
    async cancel(reason) {
      await Promise.all([reader.cancel(reason), meter.close({ ending: "stopped" })]);
    },
  });
}

/**
 * Wraps any model of the AI SDK so that each call is paid for: the most it can cost is reserved before the model is
 * called, and what it really used is settled when it ends, however it ends. See the rules of reservations.
 * An answer that breaks off is billed by our own count of its tokens; one that never began costs nothing. Stopped after
 * the provider began, its prompt is paid for even without an answer: long prompts stopped in time would else be free.
 * @param opened - a meter already open for the first call, by a route that wants to refuse before it answers
 * @returns a model to be used for one request; further calls of it (tools, retries) are metered under keys of their own
 */
export function meteredModel(model: LanguageModelV4, call: MeteredCall, opened?: Meter): LanguageModelV4 {
  let calls = 0;
  const open = async (params: LanguageModelV4CallOptions): Promise<Meter> => {
    const number = calls;
    calls += 1;
    if (number === 0 && opened) return opened;
    const key = number === 0 ? call.key : `${call.key}/${number}`;
    const maxOutputTokens = params.maxOutputTokens ?? call.maxOutputTokens;
    return openMeter({ ...call, key, maxOutputTokens }, promptTokensOf(params));
  };

  const middleware: LanguageModelV4Middleware = {
    specificationVersion: "v4",
    async wrapGenerate({ params, model: inner }) {
      const meter = await open(params);
      try {
        const result = await inner.doGenerate({ ...params, maxOutputTokens: meter.maxOutputTokens });
        meter.counter.sawAll(result.content);
        await meter.close({ ending: isFailure(result) ? "failed" : "complete", reported: result.usage });
        return result;
      } catch (error) {
        await meter.close(endingOf(params.abortSignal));
        throw error;
      }
    },
    async wrapStream({ params, model: inner }) {
      const meter = await open(params);
      try {
        const result = await inner.doStream({ ...params, maxOutputTokens: meter.maxOutputTokens });
        return { ...result, stream: metered(result.stream, meter, params.abortSignal) };
      } catch (error) {
        await meter.close(endingOf(params.abortSignal));
        throw error;
      }
    },
  };
  return wrapLanguageModel({ model, middleware });
}

/**
 * Asks a model once, paid for as in `meteredModel`.
 * @returns the answer, and how the call was billed
 * @throws InsufficientCreditsError and its kin when the model was not called; what the model throws, after giving the credits back
 */
export async function runMetered(
  model: LanguageModelV4,
  call: MeteredCall,
  request: { instructions?: string; messages: ModelMessage[]; abortSignal?: AbortSignal },
): Promise<{ text: string; outcome: Outcome }> {
  const outcomes: Outcome[] = [];
  const onClose = async (outcome: Outcome) => {
    outcomes.push(outcome);
    await call.onClose?.(outcome);
  };
  const { text } = await generateText({
    ...request,
    model: meteredModel(model, { ...call, onClose }),
    maxOutputTokens: call.maxOutputTokens,
    maxRetries: 1,
  });
  const outcome = outcomes.at(-1);
  if (!outcome) throw new Error(`The call ${call.key} answered without being metered.`);
  return { text, outcome };
}
