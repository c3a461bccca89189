import { cardFields, type Mistakes, type TypedPayment } from "./fields.ts";
import { pageFrame } from "./frame.ts";
import { type Html, html } from "./html.ts";
import type { PortalView } from "./portal-page.ts";
import { testCardList } from "./test-cards.ts";

/** What every form of the portal stands on. */
export interface FormView {
  address: string;
  back: string | null;
  view: PortalView;
}

/** The form that saves a card. */
export function cardPage(
  form: FormView,
  { typed, mistakes, alert }: { typed: TypedPayment; mistakes: Mistakes; alert: string | null },
): string {
  return framed(form, "Add payment method", [
    html`<div class="columns"><form method="post" action="${form.address}" class="card" data-once novalidate>
${alert && html`<p class="alert" role="alert">${alert}</p>`}
<input type="hidden" name="act" value="add_card">
${cardFields(typed, mistakes)}
<p class="small muted">Future invoices are charged to this card. Nothing is charged now.</p>
<button class="wide" type="submit" data-busy="Saving…">Save card</button>
</form><div>${testCardList(true)}</div></div>`,
  ]);
}

interface Details {
  customer: {
    name?: string | null;
    email: string | null;
    phone?: string | null;
    address?: Partial<Record<string, string | null>> | null;
  };
  allowed: readonly string[];
  wrongEmail: string | null;
}

/** The form of name, email, phone and address, as far as people may change them. */
export function detailsPage(form: FormView, { customer, allowed, wrongEmail }: Details): string {
  const place = customer.address ?? {};
  return framed(form, "Billing information", [
    html`<form method="post" action="${form.address}" class="card narrow" data-once novalidate>
<input type="hidden" name="act" value="save_details">
${allowed.includes("name") && field("name", "Name", customer.name, "name")}
${allowed.includes("email") && field("email", "Email", customer.email, "email", wrongEmail)}
${allowed.includes("phone") && field("phone", "Phone", customer.phone, "tel")}
${
  allowed.includes("address") &&
  html`<fieldset><legend>Address</legend>
${field("line1", "Street and number", place.line1, "address-line1")}
${field("line2", "More", place.line2, "address-line2")}
<div class="pair">${field("postal_code", "Postal code", place.postal_code, "postal-code")}${field("city", "City", place.city, "address-level2")}</div>
<div class="pair">${field("state", "State", place.state, "address-level1")}${field("country", "Country (two letters)", place.country, "country")}</div></fieldset>`
}
<button class="wide" type="submit" data-busy="Saving…">Save</button></form>`,
  ]);
}

/** Asks once more before a plan is canceled, and why. */
export function cancelPage(
  form: FormView,
  { subscription, when, reasons }: { subscription: string; when: string; reasons: readonly string[] },
): string {
  return framed(form, "Cancel your plan", [
    html`<form method="post" action="${form.address}" class="card narrow" data-once>
<input type="hidden" name="act" value="cancel"><input type="hidden" name="of" value="${subscription}">
<p>${when}</p>
${
  reasons.length > 0 &&
  html`<fieldset class="gap"><legend>Why do you cancel?</legend>${reasons.map(
    (reason) => html`<div class="check"><input type="radio" id="reason-${reason}" name="feedback" value="${reason}">
<label for="reason-${reason}">${REASONS[reason] ?? reason}</label></div>`,
  )}</fieldset>
${field("comment", "Anything else?", "", "off")}`
}
<div class="actions"><button type="submit" data-busy="Canceling…">Cancel plan</button>
${form.back && html`<a class="button secondary" href="${form.back}">Keep plan</a>`}</div></form>`,
  ]);
}

const REASONS: Record<string, string> = {
  customer_service: "The customer service was less than expected",
  low_quality: "The quality was less than expected",
  missing_features: "Some features are missing",
  other: "Another reason",
  switched_service: "I found something else",
  too_complex: "It is too complicated",
  too_expensive: "It is too expensive",
  unused: "I do not use it enough",
};

function field(
  name: string,
  label: string,
  value: string | null | undefined,
  autocomplete: string,
  wrong: string | null = null,
): Html {
  return html`<div class="field"><label for="${name}">${label}</label>
<input type="text" id="${name}" name="${name}" value="${value ?? ""}" autocomplete="${autocomplete}" ${wrong && html`aria-invalid="true" aria-describedby="${name}-wrong"`}>
${wrong && html`<p class="wrong" id="${name}-wrong">${wrong}</p>`}</div>`;
}

function framed(form: FormView, title: string, body: Html[]): string {
  return pageFrame({
    title,
    body: html`<main>
${form.back && html`<a class="back" href="${form.back}"><span aria-hidden="true">←</span> Back</a>`}
<h1>${title}</h1><p class="muted">${form.view.who}</p>
<div class="gap">${body}</div></main>`,
  });
}
