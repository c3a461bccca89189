import { expect, it } from "vitest";
import { measureReadability } from "./readability";

it("counts words, sentences and long words", () => {
  expect(measureReadability("The cat sat. It slept! Everybody noticed?")).toEqual({
    words: 7,
    sentences: 3,
    minutesToRead: 1,
    wordsPerSentence: 2,
    longWordsPercent: 29,
    verdict: "Easy to read.",
  });
});

it("calls long sentences of long words hard to read", () => {
  const sentence =
    "Notwithstanding contractual obligations, organizations frequently renegotiate remuneration arrangements ";
  expect(measureReadability(sentence.repeat(4)).verdict).toMatch(/very hard/i);
});

it("answers for a text without a full stop", () => {
  expect(measureReadability("one two three")).toMatchObject({ words: 3, sentences: 1 });
});
