import { cardFields, hiddenFields, type Mistakes, type TypedPayment, textField } from "./fields.ts";
import { pageFrame } from "./frame.ts";
import { type Html, html } from "./html.ts";
import { testCardList } from "./test-cards.ts";

/** One line of what is being bought, in words. */
export interface SummaryLine {
  name: string;
  detail: string;
  amount: string;
}

/** Everything the hosted checkout page shows. */
export interface CheckoutView {
  address: string;
  title: string;
  total: string;
  totalNote: string;
  lines: SummaryLine[];
  sums: { label: string; amount: string }[];
  due: { label: string; amount: string };
  fixedEmail: string | null;
  needsCard: boolean;
  /** Whether it is charged again later. */
  renews: boolean;
  payLabel: string;
  promotion: "hidden" | "offered" | { code: string; amount: string };
  terms: { required: boolean; text: string };
  notes: string[];
  cancelUrl: string | null;
  typed: TypedPayment;
  mistakes: Mistakes;
  alert: string | null;
}

/** The hosted checkout page: the order on the left, the payment form on the right. */
export function checkoutPage(view: CheckoutView): string {
  return pageFrame({
    title: view.title,
    body: html`<main>
${view.cancelUrl && html`<a class="back" href="${view.cancelUrl}"><span aria-hidden="true">←</span> Back</a>`}
<div class="columns">
<section aria-labelledby="order">${orderSummary(view)}</section>
<div>${paymentForm(view)}${view.needsCard && testCardList(view.renews)}</div>
</div>
</main>`,
  });
}

function orderSummary(view: CheckoutView): Html {
  return html`<h1 id="order">${view.title}</h1>
<p class="total">${view.total}</p>
<p class="muted">${view.totalNote}</p>
<table>
<thead><tr><th scope="col">What</th><th scope="col" class="amount">Amount</th></tr></thead>
<tbody>${view.lines.map(
    (line) => html`<tr><th scope="row">${line.name}<br><span class="muted small">${line.detail}</span></th>
<td class="amount">${line.amount}</td></tr>`,
  )}</tbody>
<tfoot>${view.sums.map((sum) => html`<tr><th scope="row">${sum.label}</th><td class="amount">${sum.amount}</td></tr>`)}
<tr class="due"><th scope="row">${view.due.label}</th><td class="amount">${view.due.amount}</td></tr></tfoot>
</table>
${promotionForm(view)}
${view.notes.map((note) => html`<p class="muted small">${note}</p>`)}`;
}

function promotionForm(view: CheckoutView): Html | null {
  if (view.promotion === "hidden") return null;
  if (view.promotion !== "offered") {
    return html`<form method="post" action="${view.address}" class="gap inline" data-carry>
${hiddenFields(view.typed, ["promotion_code"])}
<p class="field">Code <strong>${view.promotion.code}</strong> (${view.promotion.amount})</p>
<button class="secondary" type="submit" name="act" value="remove_code">Remove</button>
</form>`;
  }
  return html`<form method="post" action="${view.address}" class="gap inline" data-carry>
${hiddenFields(view.typed, ["promotion_code"])}
${textField({ id: "promotion_code", label: "Promotion code", value: view.typed.promotion_code, mistake: view.mistakes.promotion_code, autocomplete: "off", required: false })}
<button class="secondary" type="submit" name="act" value="apply_code">Apply</button>
</form>`;
}

function paymentForm(view: CheckoutView): Html {
  return html`<form method="post" action="${view.address}" class="card" data-once novalidate>
${view.alert && html`<p class="alert" role="alert">${view.alert}</p>`}
<input type="hidden" name="act" value="pay">
${emailField(view)}
${view.needsCard && cardFields(view.typed, view.mistakes)}
${termsField(view)}
<button class="wide" type="submit" data-busy="Processing…">${view.payLabel}</button>
</form>`;
}

function emailField(view: CheckoutView): Html {
  if (view.fixedEmail) return html`<p class="field">Email: <strong>${view.fixedEmail}</strong></p>`;
  return textField({
    id: "email",
    label: "Email",
    value: view.typed.email,
    mistake: view.mistakes.email,
    autocomplete: "email",
    type: "email",
    inputmode: "email",
  });
}

function termsField(view: CheckoutView): Html | null {
  if (!view.terms.required) return null;
  const wrong = view.mistakes.terms;
  return html`<div class="field"><div class="check">
<input type="checkbox" id="terms" name="terms" value="accepted" ${view.typed.terms && html`checked`} ${wrong && html`aria-invalid="true" aria-describedby="terms-wrong"`}>
<label for="terms">${view.terms.text}</label></div>
${wrong && html`<p class="wrong" id="terms-wrong">${wrong}</p>`}</div>`;
}
