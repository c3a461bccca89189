import { describe, expect, it } from "vitest";
import { daysOf, sentenceOf, seriesOf, type UsageRow } from "./series";

const used = (credits: number, model: string | null = "large-1", day = "2026-11-20"): UsageRow => ({
  day,
  model,
  feature: "assistant",
  calls: 1,
  inputTokens: 1,
  outputTokens: 1,
  credits,
});

describe("the usage chart", () => {
  it("has at most five series, the largest first, the rest together", () => {
    const rows = ["a", "b", "c", "d", "e", "f", "g"].map((model, index) => used(100 - index, model));
    const series = seriesOf(rows);
    expect(series.map(({ name }) => name)).toEqual(["a", "b", "c", "d", "Everything else"]);
    expect(series.reduce((sum, { credits }) => sum + credits, 0)).toBe(679);
    expect(series.at(-1)?.color).toBe("var(--chart-5)");
  });

  it("names what has a fixed price by its feature", () => {
    expect(seriesOf([{ ...used(50, null), feature: "summarize" }])).toMatchObject([{ name: "Summary" }]);
  });

  it("leaves out what cost nothing", () => {
    expect(seriesOf([used(0), used(5, "small-1")]).map(({ name }) => name)).toEqual(["small-1"]);
  });

  it("shows every day of the range, days without use too", () => {
    const rows = [used(10), used(5, "small-1"), used(7, "large-1", "2026-11-22")];
    const from = new Date("2026-11-19T00:00:00Z");
    const days = daysOf(rows, seriesOf(rows), from, new Date("2026-11-23T00:00:00Z"));
    expect(days.map(({ day, total }) => `${day} ${total}`)).toEqual([
      "2026-11-19 0",
      "2026-11-20 15",
      "2026-11-21 0",
      "2026-11-22 7",
    ]);
    expect(days[1]?.credits).toEqual({ "large-1": 10, "small-1": 5 });
  });
});

describe("the sentence above the chart", () => {
  it.each<[string, UsageRow[], UsageRow[]]>([
    ["You used no credits in this time.", [], [used(10)]],
    ["You used 1,410 credits, 41 % more than in as many days before, mostly on large-1.", [used(1_410)], [used(1_000)]],
    ["You used 50 credits, 50 % less than in as many days before, mostly on large-1.", [used(50)], [used(100)]],
    ["You used 10 credits, as much as in the days before, mostly on large-1.", [used(10)], [used(10)]],
    ["You used 20 credits.", [used(10), used(10, "small-1")], []],
  ])("says: %s", (sentence, rows, before) => {
    expect(sentenceOf(rows, before)).toBe(sentence);
  });
});
