import type { Objects } from "../core/objects.ts";
import type { Context } from "../core/resource.ts";
import { paymentsOf } from "../invoices/payment.ts";
import { type Html, html } from "../pages/html.ts";
import { writeDay, writeMoney } from "../pages/wording.ts";
import { press } from "./dashboard-controls.ts";
import { amountField, choiceField, doorForm } from "./dashboard-forms.ts";
import { code, mark, section, writeTime } from "./dashboard-tables.ts";

type Invoice = Objects["invoice"];

/** An invoice with its lines, payments and credit notes, and what the Dashboard can do to it. */
export function invoiceView(invoice: Invoice, context: Context): Array<Html | null> {
  return [facts(invoice), lines(invoice), payments(invoice, context), creditNotes(invoice, context), acts(invoice)];
}

function facts(invoice: Invoice): Html {
  const { total, amount_remaining: remaining, currency, status, attempt_count: attempts } = invoice;
  const failure = invoice.last_finalization_error;
  return html`<section class="card gap"><p class="total">${writeMoney(total, currency)}</p>
<p>${mark(status ?? "draft")} ${status === "open" && mark(`${writeMoney(remaining, currency)} owed`)}</p>
<p class="small muted">${attempts} ${attempts === 1 ? "attempt" : "attempts"} to collect it${
    invoice.next_payment_attempt ? `, the next ${writeTime(invoice.next_payment_attempt)}` : ""
  }${invoice.automatically_finalizes_at ? `, finalized ${writeTime(invoice.automatically_finalizes_at)}` : ""}. Made ${writeTime(invoice.created)}.
${invoice.hosted_invoice_url && html`<a href="${invoice.hosted_invoice_url}">The page the customer sees</a>`}</p>
${failure && html`<p class="wrong">It could not be finalized: ${failure.message} (${failure.code})</p>`}</section>`;
}

function lines({ lines: { data }, currency }: Invoice): Html {
  const rows = data.map((line) => [
    writeMoney(line.amount, currency),
    line.description,
    `${writeDay(line.period.start)} – ${writeDay(line.period.end)}`,
  ]);
  return section("Lines", ["Amount", "What", "For"], rows);
}

function payments(invoice: Invoice, context: Context): Html | null {
  const rows = paymentsOf(invoice.id, context).flatMap(({ payment, status, amount_requested: amount }) => {
    const intent = payment.payment_intent ? context.find("payment_intent", payment.payment_intent) : undefined;
    if (!intent) return [];
    const charge = intent.latest_charge;
    const link = charge ? html`<a href="/charges/${charge}">${writeMoney(amount, intent.currency)}</a>` : "no attempt";
    return [[link, mark(status), mark(intent.status), code(intent.id)]];
  });
  return rows.length > 0 ? section("Payments", ["Charge", "For the invoice", "Payment", "Id"], rows) : null;
}

function creditNotes({ id, currency }: Invoice, { store }: Context): Html | null {
  const list = store.objects("credit_note").list((row) => row.invoice === id);
  if (list.length === 0) return null;
  return html`<section class="gap"><h2>Credit notes</h2><ul class="rows card">${list.toReversed().map(
    (
      note,
    ) => html`<li><div><p><a href="${note.pdf}">${note.number}</a> ${writeMoney(note.total, currency)} ${mark(note.status)}</p>
<p class="small muted">${wayOf(note)}, ${writeTime(note.created)}</p></div>
<div class="acts">${note.status === "issued" && note.refunds.length === 0 && press("Void", "dashboard/void-credit-note", { credit_note: note.id })}</div></li>`,
  )}</ul></section>`;
}

function wayOf(note: Objects["credit_note"]): string {
  const ways = [
    note.pre_payment_amount > 0 && "no longer owed",
    note.refunds.length > 0 && "refunded",
    note.customer_balance_transaction && "to the balance",
    note.out_of_band_amount && "outside of Stripe",
  ];
  return ways.filter(Boolean).join(", ");
}

function acts(invoice: Invoice): Html | null {
  const { id, status, total, currency } = invoice;
  const body = { invoice: id };
  const credited = invoice.pre_payment_credit_notes_amount + invoice.post_payment_credit_notes_amount;
  const left = total - credited;
  const isOwed = status === "open" || status === "uncollectible";
  if (status === "void") return null;
  return html`<section class="gap"><h2>What happens to it</h2><div class="card sheet">
${
  isOwed &&
  html`<div class="act"><h3>Close it</h3><p class="small muted">Voided it was never owed; written off it may still be paid.</p>
<div class="line">${press("Void", "dashboard/void", body)}${status === "open" && press("Write off", "dashboard/uncollectible", body)}
${press("Paid outside of Stripe", "dashboard/pay-out-of-band", body)}</div></div>`
}
${
  status === "draft" &&
  html`<div class="act"><h3>Finalize</h3><p class="small muted">Now, instead of when its time comes.</p>
<div class="line">${press("Finalize", "dashboard/finalize", body)}</div></div>`
}
${
  (isOwed || status === "paid") &&
  left > 0 &&
  doorForm({
    door: "dashboard/credit-note",
    body,
    title: "Credit note",
    words: isOwed ? "Takes the sum off what is owed." : "Gives back money that was paid.",
    fields: [
      amountField("Amount", left, currency),
      status === "paid" &&
        choiceField("It goes", "to", [
          ["refund", "Back to the card"],
          ["balance", "To the balance"],
          ["out_of_band", "Outside of Stripe"],
        ]),
    ],
    button: "Credit",
  })
}
${status === "paid" && left <= 0 && html`<p class="small muted">All of it has been credited.</p>`}</div></section>`;
}
