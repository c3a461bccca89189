import { describe, expect, it } from "vitest";
import { newId } from "@/components/ui/new-id";
import { upperBound } from "@/lib/billing/rating";
import { factsInWords } from "./answer";
import { estimate } from "./estimate";
import { problemOf } from "./problem";

describe("what stands beneath an answer", () => {
  const done = { model: "large-1", status: "complete", inputTokens: 1_000, outputTokens: 240, credits: 52 } as const;

  it.each([
    ["large-1 · 1,240 tokens · 52 credits", done, false],
    [
      "large-1 · 1,240 tokens (estimated) · 52 credits · stopped",
      { ...done, status: "stopped", estimated: true },
      false,
    ],
    ["large-1 · 1,240 tokens · 1 credit · broke off", { ...done, status: "failed", credits: 1 }, false],
    ["large-1 · not answered · nothing charged", { model: "large-1", status: "failed", credits: 0 }, false],
    ["large-1 · stopped before the first word · nothing charged", { model: "large-1", status: "stopped" }, false],
    ["large-1 · 12 credits so far", { model: "large-1", status: "pending", soFar: 12 }, true],
    ["large-1 · interrupted · what was written is charged, see Usage", { model: "large-1", status: "pending" }, false],
  ] as const)("says: %s", (words, facts, writing) => {
    expect(factsInWords(facts, writing)).toBe(words);
  });
});

describe("the estimate before sending", () => {
  it("goes from a short answer to the most the question can cost", () => {
    const { low, high, least } = estimate("large-1", "x".repeat(3_600), [], 1_500);
    expect(low).toBeLessThan(high);
    expect(least).toBeLessThan(high);
    expect(high).toBeGreaterThanOrEqual(upperBound("large-1", 1_000, 1_500));
  });

  it("counts what was said before, up to what is sent along", () => {
    const earlier = (length: number) => estimate("large-1", "why?", ["x".repeat(length)], 100).high;
    expect(earlier(3_600)).toBeGreaterThan(earlier(0));
    expect(earlier(1_000_000)).toBe(earlier(2_000_000));
  });
});

describe("what went wrong", () => {
  it("is read from a refusal, a broken stream, or a connection that broke", () => {
    const error = (body: unknown) => problemOf(new Error(JSON.stringify(body)));
    expect(error({ code: "insufficient_credits", message: "…", available: 3, needed: 9 })).toEqual({
      kind: "too_few",
      available: 3,
      needed: 9,
      stop: null,
    });
    const overage = { limited_by: "owner", ways_out: ["raise_cap", "buy_credits", "fly"] };
    expect(
      error({ code: "insufficient_credits", message: "The cap is reached.", available: 3, needed: 9, overage }),
    ).toMatchObject({ stop: { words: "The cap is reached.", ways: ["raise_cap", "buy_credits"] } });
    expect(error({ code: "read_only", message: "Stopped." })).toEqual({
      kind: "refused",
      code: "read_only",
      message: "Stopped.",
    });
    expect(error({ code: "provider_failed", credits: 4, available: 90 })).toEqual({
      kind: "outage",
      credits: 4,
      available: 90,
    });
    expect(problemOf(new Error("Failed to fetch"))).toEqual({ kind: "connection" });
    expect(problemOf(new Error("<html>502</html>"))).toEqual({ kind: "connection" });
  });
});

describe("the id of a message", () => {
  it("is a uuid, also where the browser offers no randomUUID", () => {
    const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
    const own = crypto.randomUUID;
    try {
      Object.defineProperty(crypto, "randomUUID", { value: undefined, configurable: true });
      expect(newId()).toMatch(uuid);
    } finally {
      Object.defineProperty(crypto, "randomUUID", { value: own, configurable: true });
    }
    expect(newId()).toMatch(uuid);
  });
});
