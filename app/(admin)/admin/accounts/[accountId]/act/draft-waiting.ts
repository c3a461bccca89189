import type { Fact } from "@/components/admin/standing-words";
import type { AdminAccount } from "@/lib/admin/account";
import { formatCredits, formatDate } from "@/lib/billing/format";
import type { Draft, Search } from "./draft";
import { decisionField } from "./orders";

const decisions = {
  send: {
    label: "Send it again",
    means: "Once what was refused is mended: it goes to Stripe under a new name and is billed.",
    done: "It is sent to Stripe again and billed with the running period.",
  },
  count: {
    label: "Count it as taken",
    means: "Stripe has it although it did not say so. Look at its sum for the hour first.",
    done: "Nothing is sent: Stripe bills what it has.",
  },
  write_off: {
    label: "Write it off",
    means: "Nobody is charged for it.",
    done: "It is never sent, and nobody is charged for it.",
  },
} as const;

export function meter(account: AdminAccount, search: Search): Draft | null {
  const row = account.meterRows.find(({ id }) => id === search.row);
  if (!row) return null;
  const title = "Decide about use";
  const amount = formatCredits(row.credits);
  const facts: Fact[] = [
    { label: "Overage", value: `${amount} credits` },
    { label: "Used on", value: formatDate(row.from) },
    { label: "Stripe says", value: row.error ?? "Its sums do not agree with ours" },
  ];
  const decision = decisionField.safeParse(search.decision);
  if (!decision.success)
    return {
      kind: "choose",
      title,
      text: `${amount} credits of overage that Stripe ${row.state === "rejected" ? "refused" : "may or may not have"}: ${row.error ?? "its sums do not agree with ours"}.`,
      questions: [
        {
          kind: "choice",
          name: "decision",
          label: "What becomes of it?",
          options: decisionField.options.map((value) => ({ value, ...decisions[value] })),
        },
      ],
      fields: { row: row.id },
    };
  const { label, done } = decisions[decision.data];
  return {
    kind: "confirm",
    title,
    text: done,
    facts,
    fields: { row: row.id, decision: decision.data, credits: String(row.credits) },
    confirmLabel: label,
    ...(decision.data === "write_off" && { tone: "danger" as const }),
  };
}

export function event(account: AdminAccount, search: Search): Draft | null {
  const found = account.deadEvents.find(({ id }) => id === search.event);
  if (!found) return null;
  return {
    kind: "confirm",
    title: "Run an event again",
    text: "It gets its twelve attempts back, and runs with the next tick. Mend what killed it first.",
    facts: [
      { label: "Event", value: found.type },
      { label: "Came in", value: formatDate(found.receivedAt) },
      { label: "Failed with", value: found.error ?? "No error was kept" },
    ],
    fields: { event: found.id },
    confirmLabel: "Run it again",
  };
}
