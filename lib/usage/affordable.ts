import type { ModelKey } from "@/lib/billing/catalogue";
import { upperBound } from "@/lib/billing/rating";

/**
 * The longest answer that so many credits pay for in full, whatever it contains.
 * @param promptTokens - tokens of the prompt
 * @param available - credits that are free
 * @param wanted - the longest answer wanted, in tokens
 * @returns tokens, from 0 to `wanted`
 */
export function affordableOutputTokens(
  model: ModelKey,
  promptTokens: number,
  available: number,
  wanted: number,
): number {
  let low = 0;
  let high = wanted;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (upperBound(model, promptTokens, middle) <= available) low = middle;
    else high = middle - 1;
  }
  return low;
}
