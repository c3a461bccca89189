import type { Verb } from "@/components/admin/act-path";
import type { Question } from "@/components/admin/choice-form";
import type { Fact } from "@/components/admin/standing-words";
import type { AdminAccount } from "@/lib/admin/account";
import { formatCredits, formatDate, formatMoney } from "@/lib/billing/format";
import { readInvoice } from "@/lib/invoices/read";
import { previewPackRefund } from "@/lib/payments/pack-refund";
import { adminClient } from "@/lib/supabase/admin";
import { creditsField, daysField, decisionField, forgivenField } from "./orders";

/** What stands on the page of an act: a question first, what would be done, or why it cannot be. */
export type Draft =
  | {
      kind: "confirm";
      title: string;
      text: string;
      facts: readonly Fact[];
      /** What the form says besides the reason; the amounts on the page are among them. */
      fields: Readonly<Record<string, string>>;
      confirmLabel: string;
      tone?: "danger";
    }
  | {
      kind: "choose";
      title: string;
      text: string;
      questions: readonly Question[];
      fields: Readonly<Record<string, string>>;
    }
  | { kind: "refused"; title: string; text: string };

type Search = Readonly<Record<string, string | undefined>>;
const DAY_MS = 86_400_000;

function gift(account: AdminAccount, search: Search, now: Date): Draft {
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

async function refund(account: AdminAccount, { payment = "" }: Search): Promise<Draft | null> {
  const title = "Refund the unspent share of a pack";
  const seen = await previewPackRefund(payment);
  if (!seen.ok) return { kind: "refused", title, text: seen.message };
  if (seen.account !== account.id) return null;
  const sum = formatMoney(seen.amountCents, seen.currency);
  return {
    kind: "confirm",
    title,
    text: `The unspent credits of ${seen.packName} are taken back first, then Stripe returns the money to the card it came from. It cannot be undone.`,
    facts: [
      { label: "Bought", value: `${formatCredits(seen.credits)} credits` },
      { label: "Unspent, taken back", value: `${formatCredits(seen.unspent)} credits` },
      ...(seen.reserved > 0
        ? [{ label: "Set aside for answers that run, not refunded", value: `${formatCredits(seen.reserved)} credits` }]
        : []),
      { label: "Goes back to the card, tax included", value: sum },
    ],
    fields: { payment, cents: String(seen.amountCents), currency: seen.currency },
    confirmLabel: `Refund ${sum}`,
    tone: "danger",
  };
}

async function forgive(account: AdminAccount, search: Search): Promise<Draft | null> {
  const invoice = await readInvoice(adminClient(), account.id, search.invoice ?? "");
  if (!invoice) return null;
  const title = `Forgive the invoice ${invoice.number ?? invoice.id}`;
  if (invoice.status !== "open" && invoice.status !== "uncollectible")
    return { kind: "refused", title, text: "Nothing is owed on this invoice any more." };
  const what = forgivenField.safeParse(search.what);
  const due = formatMoney(invoice.dueCents, invoice.currency);
  const baseCents = invoice.lines
    .filter(({ kind }) => kind === "base")
    .reduce((sum, { amountCents, discountCents, taxCents }) => sum + amountCents - discountCents + taxCents, 0);
  const base = formatMoney(Math.min(baseCents, invoice.dueCents), invoice.currency);
  const rest = formatMoney(Math.max(0, invoice.dueCents - baseCents), invoice.currency);
  if (!what.success)
    return {
      kind: "choose",
      title,
      text: `${account.name} owes ${due} on it.`,
      questions: [
        {
          kind: "choice",
          name: "what",
          label: "What do you forgive?",
          options: [
            {
              value: "base",
              label: `The plan’s price, ${base}`,
              means: `A credit note takes it off. ${rest} for what was used before stays to be paid.`,
            },
            { value: "all", label: `All of it, ${due}`, means: "The invoice is voided, with what was used before." },
          ],
        },
      ],
      fields: { invoice: invoice.id },
    };
  const isAll = what.data === "all";
  return {
    kind: "confirm",
    title,
    text: isAll
      ? "The invoice is voided. If nothing else is owed, the account gets its access back, and no allowance for the unpaid period."
      : "A credit note takes the plan’s price off the invoice. What was used before stays payable, and is collected as before.",
    facts: [
      { label: "Owed now", value: due },
      { label: "Forgiven", value: isAll ? due : base },
      { label: "Stays to be paid", value: isAll ? "Nothing" : rest },
    ],
    fields: { invoice: invoice.id, what: what.data },
    confirmLabel: isAll ? `Forgive ${due}` : `Forgive ${base}`,
    tone: "danger",
  };
}

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

function meter(account: AdminAccount, search: Search): Draft | null {
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

function event(account: AdminAccount, search: Search): Draft | null {
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

function hold({ name, hold: held }: AdminAccount): Draft {
  const title = "Hold the account";
  if (held?.reason === "admin") return { kind: "refused", title, text: "It is on hold already." };
  return {
    kind: "confirm",
    title,
    text: `From this moment ${name} can neither spend nor buy. Its plan goes on and is charged; bought credits do not expire meanwhile.`,
    facts: [],
    fields: {},
    confirmLabel: "Hold it now",
    tone: "danger",
  };
}

function release({ name, hold: held }: AdminAccount): Draft {
  const title = "Release the account";
  if (!held) return { kind: "refused", title, text: "Nothing holds it." };
  return {
    kind: "confirm",
    title,
    text: `${name} can spend and buy again at once, unless its plan is suspended for another reason.`,
    facts: [
      { label: "Held since", value: formatDate(held.heldAt) },
      {
        label: "Because of",
        value: held.note ?? (held.reason === "fraud" ? "A payment disputed as fraud" : "No note"),
      },
    ],
    fields: {},
    confirmLabel: "Release it now",
  };
}

function overage({ name, cases }: AdminAccount): Draft {
  const title = "Release overage";
  if (!cases.some(({ keepsOverage }) => keepsOverage))
    return { kind: "refused", title, text: "No overage is kept from this account." };
  return {
    kind: "confirm",
    title,
    text: `${name} left a debt behind when its customer was deleted, and has had no overage since. It may have it again.`,
    facts: [],
    fields: {},
    confirmLabel: "Release overage",
  };
}

const sync = ({ customers }: AdminAccount): Draft => ({
  kind: "confirm",
  title: "Ask Stripe again",
  text: "Its plans, invoices and latest payments are fetched anew, and whatever follows is done. Nothing is charged or granted twice.",
  facts: customers.map(({ id }) => ({ label: "Customer", value: id })),
  fields: {},
  confirmLabel: "Ask now",
});

/**
 * What the page of an act says.
 * @param search what the address says besides the verb
 * @returns null if it is about something that this account does not have
 * @throws Error if Stripe or the database cannot answer
 */
export async function draftOf(verb: Verb, account: AdminAccount, search: Search, now: Date): Promise<Draft | null> {
  switch (verb) {
    case "gift":
      return gift(account, search, now);
    case "refund":
      return refund(account, search);
    case "forgive":
      return forgive(account, search);
    case "meter":
      return meter(account, search);
    case "event":
      return event(account, search);
    case "hold":
      return hold(account);
    case "release":
      return release(account);
    case "overage":
      return overage(account);
    case "sync":
      return sync(account);
  }
}
