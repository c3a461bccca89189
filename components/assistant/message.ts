import type { UIMessage } from "ai";
import type { ModelKey } from "@/lib/billing/catalogue";

/** What is shown beneath an answer. */
export interface AnswerFacts {
  model?: ModelKey;
  status?: "pending" | "complete" | "stopped" | "failed";
  inputTokens?: number;
  outputTokens?: number;
  credits?: number;
  /** Whether the tokens are our own count, since the provider reported none. */
  estimated?: boolean;
  /** Credits used so far, while the answer is being written. */
  soFar?: number;
  /** Credits that are free after this answer. */
  available?: number;
  /** Tokens the answer was limited to, because the balance pays for no more. */
  shortenedTo?: number;
}

export type AssistantMessage = UIMessage<AnswerFacts>;

/** The text of a message, all parts together. */
export function textOf(message: AssistantMessage): string {
  return message.parts.map((part) => (part.type === "text" ? part.text : "")).join("");
}

/** What the model thought before it answered, where it says so. */
export function thoughtsOf(message: AssistantMessage): string {
  return message.parts.map((part) => (part.type === "reasoning" ? part.text : "")).join("");
}
