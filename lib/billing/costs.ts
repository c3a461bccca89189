import "server-only";
import type { ModelKey } from "./catalogue";
import type { TokenUsage } from "./rating";

/** What a provider charges us, in millionths of a US dollar per 1,000,000 tokens. Never sent to a browser. */
interface Cost {
  readonly input: number;
  readonly cachedInput: number;
  readonly output: number;
  readonly reasoning: number;
}

const DOLLAR = 1_000_000;

/** Keep it in step with your provider's price list; the admin's margin is computed from it. */
const costs: Readonly<Record<ModelKey, Cost>> = {
  "small-1": { input: 0.25 * DOLLAR, cachedInput: 0.025 * DOLLAR, output: 2 * DOLLAR, reasoning: 2 * DOLLAR },
  "large-1": { input: 1.25 * DOLLAR, cachedInput: 0.125 * DOLLAR, output: 10 * DOLLAR, reasoning: 10 * DOLLAR },
  "reason-1": { input: 2 * DOLLAR, cachedInput: 0.5 * DOLLAR, output: 8 * DOLLAR, reasoning: 8 * DOLLAR },
};

/**
 * What one call cost us, in whole millionths of a US dollar, rounded up.
 * @throws RangeError if a pool is not a whole number of tokens
 */
export function costMicros(model: ModelKey, usage: TokenUsage): number {
  const cost = costs[model];
  const pools: Array<[number, number]> = [
    [usage.inputTokens, cost.input],
    [usage.cachedInputTokens, cost.cachedInput],
    [usage.outputTokens, cost.output],
    [usage.reasoningTokens, cost.reasoning],
  ];
  let sum = 0n;
  for (const [count, perMillion] of pools) {
    if (!Number.isSafeInteger(count) || count < 0) throw new RangeError(`${count} is not a whole number of tokens`);
    sum += BigInt(count) * BigInt(perMillion);
  }
  return Number((sum + 999_999n) / 1_000_000n);
}
