import type { LanguageModelV4Usage } from "@ai-sdk/provider";
import type { TokenUsage } from "@/lib/billing/rating";

/** No token of any pool. */
export const NO_TOKENS: TokenUsage = { inputTokens: 0, cachedInputTokens: 0, outputTokens: 0, reasoningTokens: 0 };

const isCount = (value: number | undefined): value is number => value !== undefined && Number.isFinite(value);
const whole = (value: number): number => Math.max(0, Math.ceil(value));

/** The part of a total that no other pool holds: as reported, else what the total leaves over. */
function restOf(total: number | undefined, reported: number | undefined, others: number): number | undefined {
  if (isCount(reported)) return whole(reported);
  return isCount(total) ? whole(total - others) : undefined;
}

function inputPools({ total, noCache, cacheRead, cacheWrite }: LanguageModelV4Usage["inputTokens"]) {
  const cachedInputTokens = whole(cacheRead ?? 0);
  const written = whole(cacheWrite ?? 0);
  const fresh = restOf(total, noCache, cachedInputTokens + written);
  return fresh === undefined ? undefined : { inputTokens: fresh + written, cachedInputTokens };
}

function outputPools({ total, text, reasoning }: LanguageModelV4Usage["outputTokens"]) {
  const reasoningTokens = whole(reasoning ?? 0);
  const outputTokens = restOf(total, text, reasoningTokens);
  return outputTokens === undefined ? undefined : { outputTokens, reasoningTokens };
}

/**
 * Turns what a provider reports into pools that exclude each other, and fills in what it leaves out.
 * Input written to a cache counts as input.
 * @param reported - the usage of the finish part, if there was one
 * @param counted - what our own tokenizer counted
 * @returns the pools, and whether any of them is our own count
 */
export function poolsOf(
  reported: LanguageModelV4Usage | undefined,
  counted: TokenUsage,
): { usage: TokenUsage; estimated: boolean } {
  const input = reported && inputPools(reported.inputTokens);
  const output = reported && outputPools(reported.outputTokens);
  const hasInput = input !== undefined && input.inputTokens + input.cachedInputTokens > 0;
  const wrote = counted.outputTokens + counted.reasoningTokens > 0;
  const hasOutput = output !== undefined && (output.outputTokens + output.reasoningTokens > 0 || !wrote);
  const { inputTokens, cachedInputTokens } = hasInput ? input : counted;
  const { outputTokens, reasoningTokens } = hasOutput ? output : counted;
  return {
    usage: { inputTokens, cachedInputTokens, outputTokens, reasoningTokens },
    estimated: !hasInput || !hasOutput,
  };
}
