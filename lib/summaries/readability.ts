export interface Readability {
  words: number;
  sentences: number;
  /** Whole minutes at 230 words a minute, at least 1. */
  minutesToRead: number;
  wordsPerSentence: number;
  /** The share of words with 7 letters or more, in percent. */
  longWordsPercent: number;
  verdict: string;
}

const WORDS_PER_MINUTE = 230;
const LONG_WORD_LETTERS = 7;

function verdictOn(wordsPerSentence: number, longWordsPercent: number): string {
  const score = wordsPerSentence + longWordsPercent;
  if (score < 30) return "Very easy to read.";
  if (score < 40) return "Easy to read.";
  if (score < 50) return "Fine for most readers.";
  if (score < 60) return "Hard going: shorten the longest sentences.";
  return "Very hard to read: shorten sentences, and use shorter words.";
}

/**
 * Measures how easily a text is read, by the LIX formula: words in a sentence plus the share of long words.
 * @param text - at least one word
 */
export function measureReadability(text: string): Readability {
  const words = text.match(/[\p{L}\p{N}][\p{L}\p{N}'’-]*/gu) ?? [];
  const sentences = Math.max(1, text.split(/[.!?]+(?:\s|$)/).filter((part) => part.trim() !== "").length);
  const long = words.filter((word) => word.length >= LONG_WORD_LETTERS).length;
  const wordsPerSentence = Math.round(words.length / sentences);
  const longWordsPercent = words.length === 0 ? 0 : Math.round((long / words.length) * 100);
  return {
    words: words.length,
    sentences,
    minutesToRead: Math.max(1, Math.round(words.length / WORDS_PER_MINUTE)),
    wordsPerSentence,
    longWordsPercent,
    verdict: verdictOn(wordsPerSentence, longWordsPercent),
  };
}
