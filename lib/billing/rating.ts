import type { ModelKey, Rate } from "./catalogue";
import { rateCard } from "./plans";
import { type Credits, credits } from "./units";

/** Tokens of one call in pools that exclude each other: cached input is not in input, reasoning not in output. */
export interface TokenUsage {
  readonly inputTokens: number;
  readonly cachedInputTokens: number;
  readonly outputTokens: number;
  readonly reasoningTokens: number;
}

const MICROS = 1_000_000n;

function micros(count: number, rate: number): bigint {
  if (!Number.isSafeInteger(count) || count < 0) throw new RangeError(`${count} is not a whole number of tokens`);
  return BigInt(count) * BigInt(rate);
}

const roundedUp = (sum: bigint): Credits => credits(Number((sum + MICROS - 1n) / MICROS));

/**
 * What a call costs by the rate card: the pools are summed in millionths of a credit and rounded up once.
 * @throws RangeError if a pool is not a whole number of tokens
 */
export function creditsFor(
  model: ModelKey,
  usage: TokenUsage,
  card: Readonly<Record<ModelKey, Rate>> = rateCard,
): Credits {
  const rate = card[model];
  return roundedUp(
    micros(usage.inputTokens, rate.input) +
      micros(usage.cachedInputTokens, rate.cachedInput) +
      micros(usage.outputTokens, rate.output) +
      micros(usage.reasoningTokens, rate.reasoning),
  );
}

/**
 * The most a call can cost: every prompt token at the dearer input rate, every other at the dearer output rate.
 * Reserve this much before the model is called.
 * @param promptTokens tokens of the prompt, cached or not
 * @param maxOutputTokens the most the model may write and think
 */
export function upperBound(
  model: ModelKey,
  promptTokens: number,
  maxOutputTokens: number,
  card: Readonly<Record<ModelKey, Rate>> = rateCard,
): Credits {
  const rate = card[model];
  return roundedUp(
    micros(promptTokens, Math.max(rate.input, rate.cachedInput)) +
      micros(maxOutputTokens, Math.max(rate.output, rate.reasoning)),
  );
}

/** Whether a text names a model of the rate card. */
export function isModelKey(value: string): value is ModelKey {
  return Object.hasOwn(rateCard, value);
}
