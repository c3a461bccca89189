import { formatCredits, formatMoney } from "@/lib/billing/format";

type Facts = Readonly<Record<string, unknown>>;

/** What an act of an admin's is called, and its arguments and answer as a person reads them. */
export interface VerbWords {
  readonly name: string;
  readonly details: (asked: Facts) => string | null;
}

const credits = (value: unknown) => (typeof value === "number" ? `${formatCredits(value)} credits` : null);
const money = (value: unknown, currency: unknown) =>
  typeof value === "number" ? formatMoney(value, typeof currency === "string" ? currency : "usd") : null;
const text = (value: unknown) => (typeof value === "string" && value !== "" ? value : null);
const listed = (...parts: Array<string | null>) => parts.filter((part) => part !== null).join(", ") || null;

const VERBS: Record<string, VerbWords> = {
  gift: {
    name: "Gave credits",
    details: (asked) =>
      listed(credits(asked.credits), typeof asked.days === "number" ? `for ${asked.days} days` : "without an end"),
  },
  hold: { name: "Held the account", details: () => null },
  release: { name: "Released the account", details: () => null },
  refund: {
    name: "Refunded a pack",
    details: (asked) => listed(money(asked.cents, asked.currency), text(asked.payment)),
  },
  forgive: {
    name: "Forgave an invoice",
    details: (asked) => listed(asked.what === "all" ? "all of it" : "the plan’s price", text(asked.invoice)),
  },
  overage: { name: "Released overage", details: () => null },
  meter: {
    name: "Decided about use",
    details: (asked) => listed(text(asked.decision)?.replace("_", " ") ?? null, credits(asked.credits)),
  },
  event: { name: "Ran an event again", details: (asked) => text(asked.event) },
  sync: { name: "Asked Stripe again", details: () => null },
  resend_mail: { name: "Sent a mail again", details: (asked) => text(asked.kind)?.replaceAll("_", " ") ?? null },
};

/** The words of a verb; one of another page is shown by its own name, and its arguments as they are. */
export function verbWords(verb: string): VerbWords {
  const spaced = verb.replaceAll("_", " ");
  return (
    VERBS[verb] ?? {
      name: spaced.charAt(0).toUpperCase() + spaced.slice(1),
      details: (asked) =>
        listed(...Object.values(asked).map((value) => (typeof value === "number" ? String(value) : text(value)))),
    }
  );
}

/** How an act ended. */
export function endOf(answer: Facts | null): {
  label: string;
  tone: "success" | "warning" | "danger";
  why: string | null;
} {
  if (!answer)
    return {
      label: "Unfinished",
      tone: "warning",
      why: "It was begun, and no answer came: it may or may not be done.",
    };
  if (answer.ok === true && answer.code === "pending")
    return { label: "On its way", tone: "warning", why: "Stripe has not answered yet; a job asks until it does." };
  if (answer.ok === true) return { label: "Done", tone: "success", why: null };
  const why = text(answer.message) ?? text(answer.code);
  return answer.code === "unfinished"
    ? { label: "Unfinished", tone: "warning", why }
    : { label: "Refused", tone: "danger", why };
}
