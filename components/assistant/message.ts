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

/** A new id for a conversation or a message; also where the browser offers no randomUUID, as over plain http. */
export function newId(): string {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
