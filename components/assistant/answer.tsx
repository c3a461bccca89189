import { AnswerText } from "@/components/ui/answer-text";
import { formatCredits } from "@/lib/billing/format";
import { type AnswerFacts, type AssistantMessage, textOf, thoughtsOf } from "./message";

const plural = (count: number, word: string): string => `${formatCredits(count)} ${word}${count === 1 ? "" : "s"}`;

/** "large-1 · 1,240 tokens · 52 credits", and how the answer ended where it did not end by itself. */
export function factsInWords(facts: AnswerFacts, writing: boolean): string {
  const { model, status, inputTokens = 0, outputTokens = 0, credits = 0, estimated, soFar = 0 } = facts;
  const name = model ? [model] : [];
  if (writing) return [...name, `${plural(soFar, "credit")} so far`].join(" · ");
  if (status === "pending") return [...name, "interrupted", "what was written is charged, see Usage"].join(" · ");
  if (credits === 0 && inputTokens + outputTokens === 0) {
    const how = status === "stopped" ? "stopped before the first word" : "not answered";
    return [...name, how, "nothing charged"].join(" · ");
  }
  const ended = { stopped: ["stopped"], failed: ["broke off"], complete: [], pending: [] }[status ?? "complete"];
  const tokens = `${plural(inputTokens + outputTokens, "token")}${estimated ? " (estimated)" : ""}`;
  return [...name, tokens, plural(credits, "credit"), ...ended].join(" · ");
}

function Thoughts({ text, open }: { text: string; open: boolean }) {
  return (
    <details open={open} className="text-13 text-muted">
      <summary className="w-fit rounded-sm">Thoughts</summary>
      <p className="mt-1 border-l-2 border-border pl-3 leading-5 whitespace-pre-wrap wrap-anywhere">{text}</p>
    </details>
  );
}

function Writing() {
  return (
    <p className="flex h-6 items-center gap-1" aria-hidden="true">
      {["", "[animation-delay:150ms]", "[animation-delay:300ms]"].map((delay) => (
        <span key={delay} className={`size-1.5 animate-shimmer rounded-full bg-muted ${delay}`} />
      ))}
    </p>
  );
}

/** Whether the balance cut the answer short, or may still. */
const isShortened = ({ shortenedTo, outputTokens = 0 }: AnswerFacts, writing: boolean): boolean =>
  shortenedTo !== undefined && (writing || outputTokens >= shortenedTo);

/** One answer: its text, and in small type what it used and cost. */
export function Answer({ message, writing }: { message: AssistantMessage; writing: boolean }) {
  const text = textOf(message);
  const thoughts = thoughtsOf(message);
  const facts = message.metadata;
  return (
    <article aria-label="Answer" className="flex flex-col gap-3">
      {thoughts && <Thoughts text={thoughts} open={writing && text === ""} />}
      {text === "" ? writing && <Writing /> : <AnswerText>{text}</AnswerText>}
      {facts && (
        <p className="text-xs text-muted tabular-nums">
          {factsInWords(facts, writing)}
          {isShortened(facts, writing) &&
            ` · limited to ${plural(facts.shortenedTo ?? 0, "token")}, which is what your balance pays for`}
        </p>
      )}
    </article>
  );
}

/** What the person asked. */
export function Asked({ message }: { message: AssistantMessage }) {
  return (
    <article aria-label="Your question" className="flex justify-end">
      <p className="max-w-[85%] rounded-xl bg-surface-2 px-4 py-2.5 leading-6 whitespace-pre-wrap wrap-anywhere">
        {textOf(message)}
      </p>
    </article>
  );
}
