import { describe, expect, it } from "vitest";
import { contextFor, type Turn, titleFor } from "./context";

const turns = (count: number): Turn[] =>
  Array.from({ length: count }, (_, index): Turn[] => [
    { role: "user", content: `question ${index}` },
    { role: "assistant", content: `answer ${index}` },
  ]).flat();

describe("what a model is told of a conversation", () => {
  it("ends with the question", () => {
    expect(contextFor([], "why?")).toEqual([{ role: "user", content: "why?" }]);
    expect(contextFor(turns(2), "why?").at(-1)).toEqual({ role: "user", content: "why?" });
  });

  it("is the latest turns that fit, in order, since each is paid for again", () => {
    const context = contextFor(turns(500), "why?", 60);
    expect(context.length).toBeGreaterThan(3);
    expect(context.length).toBeLessThan(40);
    expect(context.at(-2)).toEqual({ role: "assistant", content: "answer 499" });
    expect(context[0]?.role).toBe("user");
  });

  it("leaves out questions that were never answered", () => {
    const broken: Turn[] = [
      { role: "user", content: "lost" },
      { role: "assistant", content: "" },
      { role: "user", content: "lost too" },
    ];
    expect(contextFor([...turns(1), ...broken], "again?").map((turn) => turn.content)).toEqual([
      "question 0",
      "answer 0",
      "again?",
    ]);
  });
});

describe("the name of a conversation", () => {
  it("is its first question, cut at a word", () => {
    expect(titleFor("  What is\n a credit? ")).toBe("What is a credit?");
    const title = titleFor("Compare charging per seat with charging per use for an AI product that grows quickly");
    expect(title.length).toBeLessThanOrEqual(61);
    expect(title).toMatch(/\w…$/);
  });

  it("is never cut in the middle of a character, which no database would keep", () => {
    expect(titleFor(`${"x".repeat(59)}${"😀".repeat(9)}`)).toBe(`${"x".repeat(59)}…`);
  });
});
