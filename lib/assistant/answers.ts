import type { ModelKey } from "@/lib/billing/catalogue";
import type { AccountId, UserId } from "@/lib/billing/units";
import { now } from "@/lib/clock";
import { rpc } from "@/lib/supabase/rpc";
import type { Outcome } from "@/lib/usage/call";
import { titleFor } from "./context";
import { keepable } from "./keepable";

/** A question somebody asks, with the ids its page has given it. */
export interface Question {
  account: AccountId;
  user: UserId;
  conversationId: string;
  questionId: string;
  /** Each attempt at an answer has its own id, which is also what it is charged under. */
  answerId: string;
  text: string;
  model: ModelKey;
}

type StartAnswer = { ok: true; code: "started" } | { ok: false; code: "already_asked" | "unknown_conversation" };

/**
 * Writes the question and a pending answer down, in one transaction, and opens the conversation with the first.
 * @returns `already_asked` if this very answer was begun before, `unknown_conversation` if it is somebody else's
 */
export function startAnswer(question: Question, at: Date = now()): Promise<StartAnswer> {
  return rpc("start_answer", {
    account_id: question.account,
    user_id: question.user,
    conversation_id: question.conversationId,
    question_id: question.questionId,
    answer_id: question.answerId,
    question: question.text,
    title: titleFor(question.text),
    model: question.model,
    at,
  });
}

/** Keeps what an answer has so far, in case the server dies while it is being written. */
export function keepAnswer({ account, answerId }: Question, text: string): Promise<{ ok: boolean }> {
  return rpc("keep_answer", { account_id: account, answer_id: answerId, content: keepable(text) });
}

/** Closes an answer with how it ended and what it cost. */
export function finishAnswer(
  { account, answerId }: Question,
  outcome: Outcome,
  at: Date = now(),
): Promise<{ ok: boolean; code: "finished" | "answer_closed" }> {
  const { usage } = outcome;
  return rpc("finish_answer", {
    account_id: account,
    answer_id: answerId,
    status: outcome.ending,
    content: keepable(outcome.text),
    input_tokens: usage.inputTokens,
    cached_input_tokens: usage.cachedInputTokens,
    output_tokens: usage.outputTokens,
    reasoning_tokens: usage.reasoningTokens,
    credits: outcome.credits,
    estimated: outcome.estimated,
    at,
  });
}
