import type { LanguageModelV4Content, LanguageModelV4StreamPart } from "@ai-sdk/provider";
import { countTextTokens } from "@/lib/ai/tokens";
import type { TokenUsage } from "@/lib/billing/rating";

type Pool = "outputTokens" | "reasoningTokens";

/** What a model has written so far, in our own count. */
export interface Counter {
  /** Takes note of a part of a stream. */
  saw(part: LanguageModelV4StreamPart): void;
  /** Takes note of the whole answer of a call that does not stream. */
  sawAll(content: readonly LanguageModelV4Content[]): void;
  /** Whether any token has arrived. */
  hasStarted(): boolean;
  /** The tokens so far, counted as they came: cheap, and at most a few too many. */
  soFar(): TokenUsage;
  /** The tokens of the whole, counted at once. */
  total(): TokenUsage;
  /** What the person has read so far. */
  text(): string;
}

/** Starts counting an answer to a prompt of so many tokens. */
export function startCounter(promptTokens: number): Counter {
  const written = { outputTokens: "", reasoningTokens: "" };
  const uncounted = { outputTokens: "", reasoningTokens: "" };
  const counted = { outputTokens: 0, reasoningTokens: 0 };
  let text = "";

  const add = (pool: Pool, piece: string) => {
    written[pool] += piece;
    uncounted[pool] += piece;
  };
  const countRest = (pool: Pool) => {
    counted[pool] += countTextTokens(uncounted[pool]);
    uncounted[pool] = "";
    return counted[pool];
  };
  const addText = (piece: string) => {
    add("outputTokens", piece);
    text += piece;
  };
  return {
    saw(part) {
      if (part.type === "text-delta") addText(part.delta);
      if (part.type === "reasoning-delta") add("reasoningTokens", part.delta);
      if (part.type === "tool-input-delta") add("outputTokens", part.delta);
    },
    sawAll(content) {
      for (const part of content) {
        if (part.type === "text") addText(part.text);
        if (part.type === "reasoning") add("reasoningTokens", part.text);
        if (part.type === "tool-call") add("outputTokens", part.input);
      }
    },
    hasStarted: () => written.outputTokens !== "" || written.reasoningTokens !== "",
    soFar: () => ({
      inputTokens: promptTokens,
      cachedInputTokens: 0,
      outputTokens: countRest("outputTokens"),
      reasoningTokens: countRest("reasoningTokens"),
    }),
    total: () => ({
      inputTokens: promptTokens,
      cachedInputTokens: 0,
      outputTokens: countTextTokens(written.outputTokens),
      reasoningTokens: countTextTokens(written.reasoningTokens),
    }),
    text: () => text,
  };
}
