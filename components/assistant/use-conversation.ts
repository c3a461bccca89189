"use client";

import { useChat } from "@ai-sdk/react";
import { DefaultChatTransport } from "ai";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { setBalance, useBalance } from "@/components/frame/balance";
import { newId } from "@/components/ui/new-id";
import type { ModelKey } from "@/lib/billing/catalogue";
import { type AnswerFacts, type AssistantMessage, textOf } from "./message";
import { type Problem, problemOf } from "./problem";
import { waitForFacts } from "./stopped";
import { useDraft } from "./use-draft";

interface ConversationOptions {
  account: string;
  conversationId: string;
  messages: AssistantMessage[];
}

function withFacts(messages: AssistantMessage[], answerId: string, facts: AnswerFacts): AssistantMessage[] {
  const { available: _, ...shown } = facts;
  return messages.map((message) =>
    message.id === answerId ? { ...message, metadata: { ...message.metadata, ...shown } } : message,
  );
}

/** The state of one conversation: what was said, what is being written, what went wrong, and how to go on. */
export function useConversation({ account, conversationId, messages: earlier }: ConversationOptions) {
  const [draft, setDraft] = useDraft(earlier.length === 0 ? "new" : conversationId);
  const [problem, setProblem] = useState<Problem>();
  const [notice, setNotice] = useState<string>();
  const balance = useBalance() ?? 0;
  const before = useRef(balance);
  const answerId = useRef("");
  const question = useRef("");

  const transport = useMemo(
    () =>
      new DefaultChatTransport<AssistantMessage>({
        api: "/api/assistant",
        prepareSendMessagesRequest: ({ messages, body }) => {
          const asked = messages.findLast((message) => message.role === "user");
          return {
            body: { ...body, account, conversationId, questionId: asked?.id, text: asked ? textOf(asked) : "" },
          };
        },
      }),
    [account, conversationId],
  );
  const chat = useChat<AssistantMessage>({
    id: conversationId,
    messages: earlier,
    transport,
    generateId: newId,
    throttle: 40,
    onError: (error) => void settleAfter(error),
  });
  const { messages, setMessages, sendMessage, regenerate, status } = chat;
  const busy = status === "submitted" || status === "streaming";

  async function catchUp(): Promise<AnswerFacts | null> {
    const facts = await waitForFacts(answerId.current);
    if (facts) setMessages((current) => withFacts(current, answerId.current, facts));
    setBalance(facts?.available ?? before.current);
    return facts;
  }

  async function settleAfter(error: Error) {
    const found = problemOf(error);
    setProblem(found);
    if (found.kind === "too_few") setBalance(found.available);
    if (found.kind === "refused" || found.kind === "too_few") {
      setMessages((current) => current.filter((message) => message.id !== answerId.current).slice(0, -1));
      setDraft(question.current);
      return;
    }
    if (found.kind === "outage") {
      setBalance(found.available ?? before.current);
      const facts: AnswerFacts = { status: "failed", credits: found.credits };
      setMessages((current) => withFacts(current, answerId.current, facts));
    }
    await catchUp();
  }

  const last = messages.at(-1);
  const facts = last?.role === "assistant" ? last.metadata : undefined;
  useEffect(() => {
    if (facts?.available !== undefined) setBalance(facts.available);
    else if (busy && facts?.soFar !== undefined) setBalance(Math.max(0, before.current - facts.soFar));
  }, [facts?.available, facts?.soFar, busy]);

  const begin = useCallback(() => {
    setProblem(undefined);
    setNotice(undefined);
    before.current = balance;
    answerId.current = newId();
  }, [balance]);

  function ask(text: string, model: ModelKey) {
    begin();
    question.current = text;
    setDraft("");
    void sendMessage({ text }, { body: { model, answerId: answerId.current } });
  }

  function retry(model: ModelKey) {
    const answered = last?.role === "assistant" && textOf(last) !== "";
    if (answered) return ask(question.current, model);
    begin();
    void regenerate({ body: { model, answerId: answerId.current } });
  }

  async function stop() {
    await chat.stop();
    setNotice("Stopping…");
    const stopped = await catchUp();
    const charged = stopped?.credits ?? 0;
    setNotice(charged === 0 ? "Stopped before the first word. Nothing was charged." : undefined);
  }

  return { messages, busy, draft, setDraft, problem, notice, balance, ask, retry, stop };
}
