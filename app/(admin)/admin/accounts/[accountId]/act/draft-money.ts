import type { AdminAccount } from "@/lib/admin/account";
import { formatCredits, formatMoney } from "@/lib/billing/format";
import { readInvoice } from "@/lib/invoices/read";
import { previewPackRefund } from "@/lib/payments/pack-refund";
import { adminClient } from "@/lib/supabase/admin";
import type { Draft, Search } from "./draft";
import { forgivenField } from "./orders";

export async function refund(account: AdminAccount, { payment = "" }: Search): Promise<Draft | null> {
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

export async function forgive(account: AdminAccount, search: Search): Promise<Draft | null> {
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
  const restCents = Math.max(0, invoice.dueCents - baseCents);
  const rest = formatMoney(restCents, invoice.currency);
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
              means: `A credit note takes it off. ${restCents > 0 ? `${rest} for what was used before stays to be paid.` : "Nothing else is on it, so nothing stays to be paid."}`,
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
      : `A credit note takes the plan’s price off the invoice, and brings no credits for the unpaid period. ${restCents > 0 ? "What was used before stays payable, and is collected as before." : "Nothing else is on it: the account gets its access back."}`,
    facts: [
      { label: "Owed now", value: due },
      { label: "Forgiven", value: isAll ? due : base },
      { label: "Stays to be paid", value: isAll || restCents === 0 ? "Nothing" : rest },
    ],
    fields: { invoice: invoice.id, what: what.data },
    confirmLabel: isAll ? `Forgive ${due}` : `Forgive ${base}`,
    tone: "danger",
  };
}
