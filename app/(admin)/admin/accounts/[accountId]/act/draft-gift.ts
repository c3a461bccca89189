import type { AdminAccount } from "@/lib/admin/account";
import { formatCredits, formatDate } from "@/lib/billing/format";
import type { Draft, Search } from "./draft";
import { creditsField, daysField } from "./orders";

const DAY_MS = 86_400_000;

export function gift(account: AdminAccount, search: Search, now: Date): Draft {
  const title = "Give credits";
  const amount = creditsField.safeParse(search.credits);
  const days = daysField.safeParse(search.days ?? "");
  if (search.credits === undefined || !amount.success || !days.success) {
    const errors = (of: typeof amount | typeof days) =>
      search.credits === undefined || of.success ? undefined : of.error.issues.map(({ message }) => message);
    return {
      kind: "choose",
      title,
      text: `A gift to ${account.name}: nobody pays for it, and it counts as nothing in the books.`,
      questions: [
        {
          kind: "number",
          name: "credits",
          label: "Credits",
          value: search.credits,
          isRequired: true,
          errors: errors(amount),
        },
        {
          kind: "number",
          name: "days",
          label: "Days until they expire",
          hint: "Leave it empty for credits that never expire.",
          value: search.days,
          errors: errors(days),
        },
      ],
      fields: {},
    };
  }
  const until = days.data && new Date(now.getTime() + days.data * DAY_MS);
  return {
    kind: "confirm",
    title,
    text: `${account.name} can spend them at once. A debt is repaid from them first.`,
    facts: [
      { label: "Credits", value: formatCredits(amount.data) },
      { label: "Expire", value: until ? formatDate(until) : "Never" },
    ],
    fields: { credits: String(amount.data), ...(days.data && { days: String(days.data) }) },
    confirmLabel: `Give ${formatCredits(amount.data)} credits`,
  };
}
