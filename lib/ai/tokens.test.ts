import { describe, expect, it } from "vitest";
import { countPromptTokens, countTextTokens, tokenIdsOf } from "./tokens";

describe("counting tokens", () => {
  it("counts what the o200k tokenizer counts", () => {
    expect(countTextTokens("The quick brown fox jumps over the lazy dog.")).toBe(10);
    expect(countTextTokens("")).toBe(0);
  });

  it("reads special tokens as plain text, so that nobody can break it with one", () => {
    expect(countTextTokens("<|endoftext|>")).toBeGreaterThan(1);
  });

  it("takes a time that grows with the length only, hostile text too", () => {
    const started = performance.now();
    countTextTokens("あ".repeat(60_000));
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  it("is the same for a long text in pieces as for the ids it splits into", () => {
    const text = "Credits are spent in order, soonest to expire first. ".repeat(100);
    expect(countTextTokens(text)).toBe(tokenIdsOf(text).length);
  });

  it("adds what a chat format adds around each message", () => {
    const hello = countTextTokens("hello");
    expect(countPromptTokens([{ role: "user", content: "hello" }])).toBe(hello + 4);
    expect(countPromptTokens([{ role: "user", content: [{ type: "text", text: "hello" }] }])).toBe(hello + 4);
  });
});
