import { formatMoney } from "@/lib/billing/format";
import type { Returned, Returns } from "@/lib/invoices/returned";
import type { InvoiceTone } from "./invoice-words";

/** How the money of a paid invoice stands, when some of it went back or is held; null: all of it was kept. */
export function returnedBadge(
  { returnedCents, isDisputed }: Pick<Returns, "returnedCents" | "isDisputed">,
  totalCents: number,
): { label: string; tone: InvoiceTone } | null {
  if (isDisputed) return { label: "Disputed", tone: "danger" };
  if (returnedCents === 0) return null;
  return { label: returnedCents >= totalCents ? "Refunded" : "Partly refunded", tone: "neutral" };
}

/** What stands returned of an invoice, in a line; null if nothing does. */
export function returnedWords({ returnedCents, isDisputed }: Returns, currency: string): string | null {
  if (isDisputed) return "The bank holds the money until it has decided";
  return returnedCents > 0 ? `${formatMoney(returnedCents, currency)} went back` : null;
}

const WORDS: Record<Returned["kind"], Partial<Record<Returned["state"], [title: string, text: string]>>> = {
  refund: {
    done: ["Refunded", "It goes back the way it came, usually within five to ten working days."],
    pending: ["Refund on its way", "The bank has not confirmed it yet."],
    failed: ["Refund failed", "The bank did not take it, so nothing went back. Write to us and we will send it again."],
  },
  credit_note: { done: ["Credited", "The credit note belongs to this invoice in your books."] },
  dispute: {
    open: [
      "Disputed at the bank",
      "The bank holds the money until it has decided, which can take two to three months. The credits it bought are held with it.",
    ],
    lost: ["Dispute decided: the money went back", "The credits it bought are gone."],
    won: ["Dispute decided: the payment stands", "The credits it bought are yours again."],
  },
};

/** What an entry of what went back says: a title and a sentence. */
export function eventWords({ kind, state, number }: Returned): { title: string; text: string } {
  const [title = "Changed", text = ""] = WORDS[kind][state] ?? [];
  return { title: number ? `${title}, ${number}` : title, text };
}
