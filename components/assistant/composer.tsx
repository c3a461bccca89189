"use client";

import { ArrowUp, Square } from "lucide-react";
import { type KeyboardEvent, type RefObject, useId } from "react";
import { Button } from "@/components/ui/button";
import { Select } from "@/components/ui/select";
import type { ModelKey } from "@/lib/billing/catalogue";
import { formatCredits } from "@/lib/billing/format";
import { rateCard } from "@/lib/billing/plans";
import type { Estimate } from "./estimate";

const MOST_CHARACTERS = 20_000;

interface ComposerProps {
  draft: string;
  onDraft: (text: string) => void;
  model: ModelKey;
  onModel: (model: ModelKey) => void;
  estimate: Estimate;
  /** Credits that can be spent now, overage included. */
  available: number;
  busy: boolean;
  /** Why nothing can be sent now. */
  blocked: boolean;
  onSend: () => void;
  onStop: () => void;
  field: RefObject<HTMLTextAreaElement | null>;
}

const modelOptions = Object.entries(rateCard).map(([key, rate]) => ({ value: key as ModelKey, label: rate.name }));

function estimateInWords({ low, high, least }: Estimate, available: number): string {
  const range = `About ${formatCredits(low)}–${formatCredits(high)} credits`;
  if (available < least) return range;
  return high > available ? `${range}; your balance allows a shorter answer` : range;
}

/** Where a question is written. Enter sends, Shift+Enter starts a line. */
export function Composer(props: ComposerProps) {
  const { draft, onDraft, model, onModel, estimate, available, busy, blocked, onSend, onStop, field } = props;
  const hint = useId();
  const empty = draft.trim() === "";

  function press(event: KeyboardEvent<HTMLTextAreaElement>) {
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    if (!busy && !empty && !blocked) onSend();
  }

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy && !empty && !blocked) onSend();
      }}
      className="rounded-xl border border-input bg-surface focus-within:border-accent"
    >
      <textarea
        ref={field}
        value={draft}
        onChange={(event) => onDraft(event.target.value)}
        onKeyDown={press}
        rows={2}
        maxLength={MOST_CHARACTERS}
        aria-label="Your question"
        aria-describedby={hint}
        placeholder="Ask anything"
        className="field-sizing-content block max-h-52 min-h-16 w-full resize-none bg-transparent px-4 pt-3 text-base leading-6 outline-hidden md:text-sm"
      />
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2 px-3 pt-1 pb-3">
        <div className="w-32">
          <Select options={modelOptions} value={model} onValueChange={onModel} aria-label="Model" />
        </div>
        <p
          id={hint}
          className="order-first min-w-0 flex-1 basis-full px-1 text-xs text-muted tabular-nums sm:order-none sm:basis-40"
        >
          {empty ? rateCard[model].summary : estimateInWords(estimate, available)}
        </p>
        {busy ? (
          <Button variant="secondary" className="ml-auto" onClick={onStop} aria-keyshortcuts="Escape">
            <Square aria-hidden="true" /> Stop
          </Button>
        ) : (
          <Button type="submit" className="ml-auto" disabled={empty || blocked} aria-label="Send">
            <ArrowUp aria-hidden="true" /> Send
          </Button>
        )}
      </div>
    </form>
  );
}
