import { Card } from "@/components/ui/card";
import { formatDate, formatMoney } from "@/lib/billing/format";
import type { Returns } from "@/lib/invoices/returned";
import { eventWords } from "./returned-words";

/** What went back of an invoice, or is held: refunds, credit notes with their PDF, disputes; the newest first. */
export function ReturnedList({ invoice, returns, currency }: { invoice: string; returns: Returns; currency: string }) {
  return (
    <Card>
      <ul className="divide-y divide-border">
        {returns.events.map((event) => {
          const { title, text } = eventWords(event);
          return (
            <li key={event.id} className="flex flex-wrap items-baseline justify-between gap-x-6 gap-y-1 px-5 py-3">
              <div className="flex max-w-2xl flex-col gap-0.5">
                <p className="text-sm font-medium">{title}</p>
                <p className="text-13 text-muted">
                  {formatDate(event.at)}. {text}
                </p>
              </div>
              <div className="ml-auto flex items-baseline gap-4 text-sm">
                {event.kind === "credit_note" && (
                  <a
                    href={`/billing/invoices/${invoice}/credit-notes/${event.id}`}
                    aria-label={`Credit note ${event.number} as a PDF`}
                    className="rounded-sm text-accent underline underline-offset-4 hover:no-underline"
                  >
                    PDF
                  </a>
                )}
                <span className="tabular-nums">{formatMoney(event.cents, currency)}</span>
              </div>
            </li>
          );
        })}
      </ul>
    </Card>
  );
}
