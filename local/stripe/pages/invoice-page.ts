import { cardFields, type Mistakes, type TypedPayment } from "./fields.ts";
import { pageFrame } from "./frame.ts";
import { type Html, html } from "./html.ts";
import { testCardList } from "./test-cards.ts";

/** Everything an invoice's page and its PDF show, in words. */
export interface InvoiceView {
  address: string;
  seller: string;
  number: string;
  status: "open" | "paid" | "void" | "uncollectible";
  statusText: string;
  customer: string[];
  dates: { label: string; value: string }[];
  lines: { description: string; period: string; quantity: string; amount: string }[];
  sums: { label: string; amount: string }[];
  due: { label: string; amount: string };
  description: string | null;
  footer: string | null;
}

interface Payment {
  typed: TypedPayment;
  mistakes: Mistakes;
  alert: string | null;
}

/** The hosted page of an invoice; an open one can be paid on it. */
export function invoicePage(view: InvoiceView, payment: Payment): string {
  return pageFrame({
    title: `Invoice ${view.number}`,
    body: html`<main>
<h1>Invoice ${view.number}</h1>
<p class="${view.status === "paid" ? "done" : "muted"}">${view.statusText}</p>
<div class="columns">
<section aria-label="Invoice">
<p class="total">${view.due.amount}</p>
<dl class="small">${view.dates.map((date) => html`<div><dt class="muted">${date.label}</dt><dd>${date.value}</dd></div>`)}
<div><dt class="muted">From</dt><dd>${view.seller}</dd></div>
<div><dt class="muted">To</dt><dd>${view.customer.join(", ")}</dd></div></dl>
${says(view) && html`<p>${view.description}</p>`}
${lineTable(view)}
<p><a href="${view.address}/pdf">Download PDF</a></p>
${view.footer && html`<p class="muted small">${view.footer}</p>`}
</section>
<div>${payable(view) && paymentForm(view, payment)}</div>
</div></main>`,
  });
}

/** Whether the description says more than the lines do. */
export function says({ description, lines }: InvoiceView): boolean {
  return description !== null && !lines.some((line) => line.description === description);
}

function payable({ status }: InvoiceView): boolean {
  return status === "open" || status === "uncollectible";
}

function lineTable(view: InvoiceView): Html {
  return html`<table>
<thead><tr><th scope="col">What</th><th scope="col" class="amount">Amount</th></tr></thead>
<tbody>${view.lines.map(
    (line) =>
      html`<tr><th scope="row">${line.description}<br><span class="muted small">${line.period}</span></th><td class="amount">${line.amount}</td></tr>`,
  )}</tbody>
<tfoot>${view.sums.map((sum) => html`<tr><th scope="row">${sum.label}</th><td class="amount">${sum.amount}</td></tr>`)}
<tr class="due"><th scope="row">${view.due.label}</th><td class="amount">${view.due.amount}</td></tr></tfoot>
</table>`;
}

function paymentForm(view: InvoiceView, { typed, mistakes, alert }: Payment): Html {
  return html`<form method="post" action="${view.address}" class="card" data-once novalidate>
${alert && html`<p class="alert" role="alert">${alert}</p>`}
<input type="hidden" name="act" value="pay">
${cardFields(typed, mistakes)}
<button class="wide" type="submit" data-busy="Processing…">Pay ${view.due.amount}</button>
</form>${testCardList(false)}`;
}
