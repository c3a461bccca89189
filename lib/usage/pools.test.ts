import type { LanguageModelV4Usage } from "@ai-sdk/provider";
import { describe, expect, it } from "vitest";
import { poolsOf } from "./pools";

const counted = { inputTokens: 50, cachedInputTokens: 0, outputTokens: 20, reasoningTokens: 5 };
type Partly = {
  input?: Partial<LanguageModelV4Usage["inputTokens"]>;
  output?: Partial<LanguageModelV4Usage["outputTokens"]>;
};

const reported = ({ input = {}, output = {} }: Partly): LanguageModelV4Usage => ({
  inputTokens: { total: undefined, noCache: undefined, cacheRead: undefined, cacheWrite: undefined, ...input },
  outputTokens: { total: undefined, text: undefined, reasoning: undefined, ...output },
});

describe("the pools of a call", () => {
  it("exclude each other: cached input is not input, thinking is not output", () => {
    const usage = reported({
      input: { total: 1_000, noCache: 300, cacheRead: 700 },
      output: { total: 90, text: 40, reasoning: 50 },
    });
    expect(poolsOf(usage, counted)).toEqual({
      usage: { inputTokens: 300, cachedInputTokens: 700, outputTokens: 40, reasoningTokens: 50 },
      estimated: false,
    });
  });

  it("are worked out from totals where a provider reports no parts", () => {
    const usage = reported({ input: { total: 1_000, cacheRead: 700 }, output: { total: 90, reasoning: 50 } });
    expect(poolsOf(usage, counted).usage).toEqual({
      inputTokens: 300,
      cachedInputTokens: 700,
      outputTokens: 40,
      reasoningTokens: 50,
    });
  });

  it("count input that was written to a cache as input", () => {
    const usage = reported({ input: { total: 100, noCache: 60, cacheWrite: 40 }, output: { total: 1, text: 1 } });
    expect(poolsOf(usage, counted).usage.inputTokens).toBe(100);
  });

  it("are our own count, marked estimated, when a provider reports nothing", () => {
    expect(poolsOf(undefined, counted)).toEqual({ usage: counted, estimated: true });
    expect(poolsOf(reported({}), counted)).toEqual({ usage: counted, estimated: true });
  });

  it("are our own count of the answer when a provider says it wrote nothing, but it did", () => {
    const usage = reported({ input: { total: 60, noCache: 60 }, output: { total: 0, text: 0, reasoning: 0 } });
    expect(poolsOf(usage, counted)).toEqual({ usage: { ...counted, inputTokens: 60 }, estimated: true });
  });

  it("never go below zero, whatever a provider reports", () => {
    const usage = reported({ input: { total: 10, cacheRead: 30 }, output: { total: 5, reasoning: 9 } });
    expect(poolsOf(usage, counted).usage).toMatchObject({ inputTokens: 0, outputTokens: 0 });
  });
});
