import type { Context } from "../core/resource.ts";
import { usageIn } from "../meters/usage.ts";
import type { Period } from "../subscriptions/periods.ts";
import { type Invoice, withLines, writeLine } from "./draft.ts";
import { type BilledItem, type InvoiceLine, periodLines } from "./lines.ts";

/** The metered items of a draft: their lines are counted again when the invoice is finalized. */
interface MeteredDraft {
  id: string;
  items: { billed: BilledItem; meter: string; period: Period }[];
}

/** Remembers which lines of a draft still grow. */
export function rememberMetered(invoice: string, items: MeteredDraft["items"], context: Context): void {
  if (items.length > 0) context.store.hidden<MeteredDraft>("_metered_drafts").put({ id: invoice, items });
}

/** The lines of a metered item for a period, by what its meter shows now. */
export function meteredLines(item: MeteredDraft["items"][number], customer: string, context: Context) {
  const meter = context.find("billing.meter", item.meter);
  const quantity = Math.max(0, usageIn(meter, customer, item.period, context));
  return periodLines(item.billed, quantity, item.period);
}

/** Counts the metered lines of a draft again, so that use reported while it was a draft is on the invoice. */
export function recountMetered(invoice: Invoice, context: Context): Invoice {
  const drafts = context.store.hidden<MeteredDraft>("_metered_drafts");
  const draft = drafts.get(invoice.id);
  if (!draft || !invoice.customer) return invoice;
  let lines: InvoiceLine[] = invoice.lines.data;
  for (const item of draft.items) lines = replaceLines(lines, item, invoice, invoice.customer, context);
  drafts.delete(invoice.id);
  return withLines(invoice, lines, context);
}

function replaceLines(
  lines: InvoiceLine[],
  item: MeteredDraft["items"][number],
  invoice: Invoice,
  customer: string,
  context: Context,
): InvoiceLine[] {
  const former = lines.filter((line) => belongsTo(line, item));
  const counted = meteredLines(item, customer, context).map((line, index) =>
    writeLine(line, invoice, context, former[index]?.id ?? context.newId("il")),
  );
  const at = former[0] ? lines.indexOf(former[0]) : lines.length;
  return [...lines.slice(0, at), ...counted, ...lines.slice(at).filter((line) => !belongsTo(line, item))];
}

function belongsTo(line: InvoiceLine, { billed, period }: MeteredDraft["items"][number]): boolean {
  const details = line.parent?.subscription_item_details;
  return details?.subscription_item === billed.item && !details.proration && line.period.start === period.start;
}
