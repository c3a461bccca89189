import type { ModelKey } from "@/lib/billing/catalogue";
import { creditsFor, upperBound } from "@/lib/billing/rating";

const MODEL: ModelKey = "large-1";
const PROMPT_TOKENS = 1_840;
const MOST_OUTPUT_TOKENS = 1_000;
const SHORT_ANSWER_TOKENS = 60;
const ANSWER_TOKENS = 412;

/** The conversation of the landing page; its figures are rated by the real rate card. */
export const sample = {
  model: MODEL,
  promptTokens: PROMPT_TOKENS,
  answerTokens: ANSWER_TOKENS,
  least: creditsFor(MODEL, {
    inputTokens: PROMPT_TOKENS,
    cachedInputTokens: 0,
    outputTokens: SHORT_ANSWER_TOKENS,
    reasoningTokens: 0,
  }),
  reserved: upperBound(MODEL, PROMPT_TOKENS, MOST_OUTPUT_TOKENS),
  spent: creditsFor(MODEL, {
    inputTokens: PROMPT_TOKENS,
    cachedInputTokens: 0,
    outputTokens: ANSWER_TOKENS,
    reasoningTokens: 0,
  }),
  balanceBefore: 12_400,
  question: "Our lease ends in March. What notice does it ask for, and what happens if we are a week late?",
  answer: [
    "The lease asks for three months' written notice (clause 14.2), so it must arrive by 31 December.",
    "If you are a week late, clause 14.4 renews it for one more year. Two things soften that: you may hand the rooms to a new tenant (clause 17), and the landlord must offer to talk within 14 days.",
  ],
} as const;
