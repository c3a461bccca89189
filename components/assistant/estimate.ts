import type { ModelKey } from "@/lib/billing/catalogue";
import { creditsFor, upperBound } from "@/lib/billing/rating";

export interface Estimate {
  /** Credits for a short answer. */
  low: number;
  /** The most this question can cost, which is what is set aside while it is answered. */
  high: number;
  /** Credits without which the question is not sent. */
  least: number;
}

const INSTRUCTION_TOKENS = 60;
const SHORT_ANSWER_TOKENS = 60;
/** The server refuses what does not pay for an answer of this length. */
const LEAST_ANSWER_TOKENS = 64;
const MOST_CONTEXT_TOKENS = 6_000;
const BYTES_PER_TOKEN = 3.6;

const encoder = new TextEncoder();

/** A guess at the tokens of a text, good to about a fifth; the server counts them exactly. */
export const guessTokens = (text: string): number => Math.ceil(encoder.encode(text).length / BYTES_PER_TOKEN);

/**
 * What a question will cost, before it is sent.
 * @param earlier - the texts of the conversation so far, which are sent along
 * @param maxOutputTokens - the longest answer the model may write
 */
export function estimate(
  model: ModelKey,
  question: string,
  earlier: readonly string[],
  maxOutputTokens: number,
): Estimate {
  const context = earlier.reduce((sum, text) => sum + guessTokens(text) + 4, 0);
  const prompt = INSTRUCTION_TOKENS + Math.min(context, MOST_CONTEXT_TOKENS) + guessTokens(question);
  const short = Math.min(SHORT_ANSWER_TOKENS, maxOutputTokens);
  return {
    low: creditsFor(model, { inputTokens: prompt, cachedInputTokens: 0, outputTokens: short, reasoningTokens: 0 }),
    high: upperBound(model, prompt, maxOutputTokens),
    least: upperBound(model, prompt, Math.min(LEAST_ANSWER_TOKENS, maxOutputTokens)),
  };
}
