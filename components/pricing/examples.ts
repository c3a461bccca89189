import type { ModelKey } from "@/lib/billing/catalogue";
import { creditsFor } from "@/lib/billing/rating";

/** Things people do, in tokens in and out. */
export const examples = [
  { name: "A short answer", input: 1_500, output: 400 },
  { name: "A long answer", input: 4_000, output: 1_500 },
  { name: "A 20-page document, summed up", input: 12_000, output: 800 },
] as const;

export type Example = (typeof examples)[number];

/** Credits an example costs with a model, by the rate card. */
export function exampleCredits(example: Example, model: ModelKey): number {
  return creditsFor(model, {
    inputTokens: example.input,
    cachedInputTokens: 0,
    outputTokens: example.output,
    reasoningTokens: 0,
  });
}

/** How many times the credits suffice, rounded to what one can say: 72, 5,000, 20,200. */
export function timesFor(credits: number, each: number): number {
  const times = Math.floor(credits / each);
  const step = times >= 10_000 ? 100 : times >= 1_000 ? 50 : times >= 100 ? 5 : 1;
  return Math.floor(times / step) * step;
}
