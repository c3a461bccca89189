import {
  ArrowUp,
  ChartColumn,
  ChevronsUpDown,
  Coins,
  CreditCard,
  type LucideIcon,
  MessageSquare,
  Settings,
} from "lucide-react";
import { Mark } from "@/components/brand/logo";
import { buttonVariants } from "@/components/ui/button";
import { cn } from "@/components/ui/cn";
import { formatCredits } from "@/lib/billing/format";
import { sample } from "./sample";

const sections: Array<[string, LucideIcon]> = [
  ["Assistant", MessageSquare],
  ["Usage", ChartColumn],
  ["Credits", Coins],
  ["Billing", CreditCard],
  ["Settings", Settings],
];

function Side() {
  return (
    <div className="hidden w-52 shrink-0 flex-col gap-4 border-r border-border p-3 md:flex">
      <div className="flex h-10 items-center gap-2.5 px-2 text-sm font-medium">
        <Mark />
        Kim Aldridge
      </div>
      <ul className="flex flex-col gap-0.5">
        {sections.map(([label, Icon], place) => (
          <li
            key={label}
            className={cn(
              "flex h-8 items-center gap-2.5 rounded-md px-2 text-sm",
              place === 0 ? "bg-surface-2 font-medium" : "text-muted",
            )}
          >
            <Icon className={cn("size-4", place === 0 && "text-accent")} />
            {label}
          </li>
        ))}
      </ul>
      <div className="mt-auto rounded-lg border border-border bg-surface p-3 text-13">
        <p className="flex justify-between gap-2">
          <span>
            <span className="font-medium tabular-nums">{formatCredits(sample.balanceBefore - sample.spent)}</span>
            <span className="text-muted"> credits</span>
          </span>
          <span className="text-muted">Starter</span>
        </p>
      </div>
    </div>
  );
}

function Conversation() {
  return (
    <div className="flex min-w-0 flex-1 flex-col gap-5 p-4 sm:p-6">
      <p className="ml-auto max-w-[85%] rounded-xl bg-surface-2 px-4 py-2.5 text-sm">{sample.question}</p>
      <div className="flex max-w-2xl flex-col gap-3 text-sm leading-6">
        {sample.answer.map((paragraph) => (
          <p key={paragraph}>{paragraph}</p>
        ))}
        <p className="text-xs text-muted tabular-nums">
          {sample.model} · {formatCredits(sample.promptTokens + sample.answerTokens)} tokens ·{" "}
          {formatCredits(sample.spent)} credits
        </p>
      </div>
      <div className="mt-auto rounded-xl border border-input bg-surface px-3 pt-3 pb-3">
        <p className="px-1 text-sm">And if we find a new tenant ourselves?</p>
        <div className="mt-5 flex flex-wrap items-center gap-3">
          <span className="flex h-9 w-28 items-center justify-between rounded-md border border-input px-3 text-sm">
            {sample.model}
            <ChevronsUpDown className="size-4 text-muted" />
          </span>
          <span className="flex-1 text-xs text-muted tabular-nums">
            About {formatCredits(sample.least)}–{formatCredits(sample.reserved)} credits
          </span>
          <span className={buttonVariants()}>
            <ArrowUp /> Send
          </span>
        </div>
      </div>
    </div>
  );
}

/** The assistant as it looks, drawn with the product's own colours and rated by its own rate card. */
export function ProductShot() {
  return (
    <figure className="overflow-hidden rounded-xl border border-border bg-background">
      <div aria-hidden="true" className="flex min-h-96 select-none">
        <Side />
        <Conversation />
      </div>
      <figcaption className="sr-only">
        The assistant: a question about a lease, its answer, and beneath it what the answer cost:{" "}
        {formatCredits(sample.spent)} credits. Next to the send button stands what the next question will cost: about{" "}
        {formatCredits(sample.least)} to {formatCredits(sample.reserved)}.
      </figcaption>
    </figure>
  );
}
