import type { UIMessage } from "ai";
import type { ModelKey } from "@/lib/billing/catalogue";

/** What is shown beneath an answer, sent with it as the message's metadata. */
export interface AnswerFacts {
  model?: ModelKey;
  status?: "pending" | "complete" | "stopped" | "failed";
  /** Tokens read and written, all pools together. */
  inputTokens?: number;
  outputTokens?: number;
  credits?: number;
  /** Whether the tokens are our own count. */
  estimated?: boolean;
  /** Credits used so far, while the answer is being written. */
  soFar?: number;
  /** Credits that are free after this answer. */
  available?: number;
  /** Tokens the answer was limited to, because the balance pays for no more. */
  shortenedTo?: number;
}

export type AssistantMessage = UIMessage<AnswerFacts>;
