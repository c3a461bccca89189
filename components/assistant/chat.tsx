"use client";

import { useEffect, useEffectEvent, useRef, useState } from "react";
import { Banner } from "@/components/ui/banner";
import type { ModelKey } from "@/lib/billing/catalogue";
import { formatCredits } from "@/lib/billing/format";
import { Answer, Asked } from "./answer";
import { Composer } from "./composer";
import { estimate } from "./estimate";
import { Examples } from "./examples";
import { addToHistory } from "./history-additions";
import { type AssistantMessage, textOf } from "./message";
import { OutOfCredits } from "./out-of-credits";
import type { Stop } from "./problem";
import { ProblemNote } from "./problem-note";
import { useConversation } from "./use-conversation";
import { useFollow } from "./use-follow";

export interface ChatProps {
  /** Who pays, as this page knows it. */
  account: string;
  conversationId: string;
  /** Absent for a conversation still to begin. */
  title?: string;
  messages: AssistantMessage[];
  /** The longest answer of each model, in tokens. */
  maxOutputTokens: Record<ModelKey, number>;
  /** Credits beyond the balance that may still be used, and what stops more. */
  overageLeft: number;
  overageStop: Stop;
  /** Why the account may not spend, whatever its balance. */
  stopped?: string | undefined;
  canBuy: boolean;
  /** Whether answers are written by the built-in model, and its outage can be played. */
  builtIn: "no" | "yes" | "with_outage";
}

function statusInWords(busy: boolean, last: AssistantMessage | undefined): string {
  if (busy) return "The answer is being written.";
  if (last?.role !== "assistant" || last.metadata?.credits === undefined) return "";
  return `The answer is complete. It cost ${formatCredits(last.metadata.credits)} credits.`;
}

function BuiltInHelp({ outage }: { outage: boolean }) {
  return (
    <p className="text-xs text-muted">
      Answers come from the built-in model, offline. Set AI_API_KEY to ask a real one.
      {outage && (
        <>
          {" "}
          Send <code className="font-mono">/outage</code> to see what a provider's failure looks like, or{" "}
          <code className="font-mono">/outage-midway</code> for one in the middle of an answer.
        </>
      )}
    </p>
  );
}

/** A conversation: what was said, and the place to say more. */
export function Chat(props: ChatProps) {
  const { conversationId, title, maxOutputTokens, overageLeft, stopped, canBuy, builtIn } = props;
  const { messages, busy, draft, setDraft, problem, notice, balance, ask, retry, stop } = useConversation({
    account: props.account,
    conversationId,
    messages: props.messages,
  });
  const [model, setModel] = useState<ModelKey>(
    () => props.messages.findLast((message) => message.metadata?.model)?.metadata?.model ?? "small-1",
  );
  const field = useRef<HTMLTextAreaElement>(null);
  const last = messages.at(-1);
  const isNew = title === undefined;
  const opening = messages[0] && messages.length > 1 ? textOf(messages[0]) : undefined;
  useEffect(() => {
    if (!isNew || opening === undefined) return;
    addToHistory({ id: conversationId, title: opening.slice(0, 60) });
    window.history.replaceState(null, "", `/assistant/${conversationId}`);
  }, [isNew, opening, conversationId]);
  useFollow(messages, busy);
  useEffect(() => field.current?.focus({ preventScroll: true }), []);
  const stopNow = useEffectEvent(() => void stop());
  useEffect(() => {
    if (!busy) return;
    const onKey = (event: KeyboardEvent) => {
      if (event.key === "Escape") stopNow();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [busy]);

  const cost = estimate(model, draft, messages.map(textOf), maxOutputTokens[model]);
  const available = balance + overageLeft;
  const refused = problem?.kind === "too_few" ? problem : undefined;
  const failed = problem?.kind === "too_few" ? undefined : problem;
  const needed = Math.max(cost.least, refused?.needed ?? 0);
  const tooFew = !busy && available < cost.least;

  const send = (text: string) => ask(text.trim(), model);
  const pick = (prompt: string) => {
    setDraft(prompt);
    field.current?.focus();
  };

  return (
    <div className="mx-auto flex w-full max-w-3xl flex-1 flex-col">
      {messages.length > 0 && <h1 className="sr-only">{title ?? opening ?? "New conversation"}</h1>}
      {messages.length === 0 ? (
        <Examples onPick={pick} />
      ) : (
        <div role="log" aria-live="off" aria-label="Conversation" className="flex flex-1 flex-col gap-6 pb-8">
          {messages.map((message) =>
            message.role === "user" ? (
              <Asked key={message.id} message={message} />
            ) : (
              <Answer key={message.id} message={message} writing={busy && message === last} />
            ),
          )}
          {busy && last?.role === "user" && <Answer message={{ id: "next", role: "assistant", parts: [] }} writing />}
          {notice && <p className="text-13 text-muted">{notice}</p>}
          {failed && <ProblemNote problem={failed} onRetry={() => retry(model)} />}
        </div>
      )}
      <p role="status" className="sr-only">
        {statusInWords(busy, last)}
      </p>
      <div className="sticky bottom-0 flex flex-col gap-2 bg-background pb-4">
        {failed && messages.length === 0 && <ProblemNote problem={failed} onRetry={() => retry(model)} />}
        {stopped ? (
          <Banner tone="danger" title="Questions are stopped for this account">
            {stopped}
          </Banner>
        ) : (
          (tooFew || refused) && (
            <OutOfCredits
              account={props.account}
              available={balance}
              needed={needed}
              stop={refused?.stop ?? props.overageStop}
              canBuy={canBuy}
            />
          )
        )}
        <Composer
          draft={draft}
          onDraft={setDraft}
          model={model}
          onModel={setModel}
          estimate={cost}
          available={available}
          busy={busy}
          blocked={tooFew || stopped !== undefined}
          onSend={() => send(draft)}
          onStop={() => void stop()}
          field={field}
        />
        {builtIn !== "no" && <BuiltInHelp outage={builtIn === "with_outage"} />}
      </div>
    </div>
  );
}
