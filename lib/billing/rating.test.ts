import { expect, test } from "vitest";
import type { ModelKey, Rate } from "./catalogue";
import { costMicros } from "./costs";
import { creditsFor, upperBound } from "./rating";

const rate = (input: number, cachedInput: number, output: number, reasoning: number): Rate => ({
  name: "m",
  summary: "",
  input,
  cachedInput,
  output,
  reasoning,
});
const card: Record<ModelKey, Rate> = {
  "small-1": rate(400_000, 100_000, 300_000, 300_000),
  "large-1": rate(1, 0, 999_999, 0),
  "reason-1": rate(10, 20, 30, 50),
};
const pools = (inputTokens: number, cachedInputTokens = 0, outputTokens = 0, reasoningTokens = 0) => ({
  inputTokens,
  cachedInputTokens,
  outputTokens,
  reasoningTokens,
});

test.each([
  ["nothing used costs nothing", pools(0), 0],
  ["one token of any price costs at least one credit", pools(1), 1],
  ["the pools are rounded up once together, not one by one", pools(1, 1, 1, 0), 1],
  ["a whole number of credits is not rounded up", pools(5), 2],
  ["every pool counts", pools(10, 10, 10, 10), 11],
])("%s", (_name, usage, expected) => {
  expect(creditsFor("small-1", usage, card)).toBe(expected);
});

test("large counts are exact to the millionth of a credit", () => {
  expect(creditsFor("large-1", pools(1, 0, 1_000_000_000), card)).toBe(999_999_001);
  expect(creditsFor("large-1", pools(0, 0, 1_000_000_000), card)).toBe(999_999_000);
});

test.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])("%s tokens are refused", (count) => {
  expect(() => creditsFor("small-1", pools(count), card)).toThrow(RangeError);
  expect(() => upperBound("small-1", count, 1, card)).toThrow(RangeError);
});

test("no use of a call costs more than its upper bound", () => {
  for (const model of ["small-1", "large-1", "reason-1"] as const)
    for (let cached = 0; cached <= 40; cached += 8)
      for (let thought = 0; thought <= 60; thought += 12)
        expect(creditsFor(model, pools(40 - cached, cached, 60 - thought, thought), card)).toBeLessThanOrEqual(
          upperBound(model, 40, 60, card),
        );
});

test("the provider's cost is counted in whole millionths of a dollar, rounded up", () => {
  expect(costMicros("small-1", pools(1_000_000))).toBe(250_000);
  expect(costMicros("small-1", pools(1))).toBe(1);
});
