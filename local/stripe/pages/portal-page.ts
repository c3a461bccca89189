import { pageFrame } from "./frame.ts";
import { type Html, html } from "./html.ts";

/** Everything the portal's first page shows. Lists that are null are not part of the configuration. */
export interface PortalView {
  address: string;
  title: string;
  who: string;
  returnUrl: string | null;
  plans: { id: string; items: string[]; state: string; act: "cancel" | "resume" | null }[];
  cards: { id: string; label: string; expires: string | null; isDefault: boolean }[] | null;
  details: { rows: { label: string; value: string }[]; mayEdit: boolean };
  taxIds: { id: string; label: string; state: string }[];
  mayEditTaxIds: boolean;
  invoices:
    | { number: string; date: string; amount: string; status: string; href: string | null; pdf: string | null }[]
    | null;
  links: { label: string; href: string }[];
  alert: string | null;
  done: string | null;
}

/** The portal: plans, cards, details, invoices, each with what may be done about it. */
export function portalPage(view: PortalView): string {
  return pageFrame({
    title: view.title,
    body: html`<main class="portal">
${view.returnUrl && html`<a class="back" href="${view.returnUrl}"><span aria-hidden="true">←</span> Back</a>`}
<h1>${view.title}</h1>
<p class="muted">${view.who}</p>
${view.alert && html`<p class="alert" role="alert">${view.alert}</p>`}
${view.done && html`<p class="done" role="status">${view.done}</p>`}
${view.plans.length > 0 && plans(view)}
${view.cards && cards(view, view.cards)}
${details(view)}
${view.mayEditTaxIds && taxIds(view)}
${view.invoices && invoices(view.invoices)}
${view.links.length > 0 && html`<p class="small muted gap">${view.links.map((link) => html`<a href="${link.href}">${link.label}</a> `)}</p>`}
</main>`,
  });
}

function plans(view: PortalView): Html {
  return html`<section class="card gap" aria-labelledby="plans"><h2 id="plans">Current plan</h2>
<ul class="rows">${view.plans.map(
    (
      plan,
    ) => html`<li><div>${plan.items.map((item) => html`<p>${item}</p>`)}<p class="muted small">${plan.state}</p></div>
${
  plan.act === "cancel"
    ? html`<a class="button secondary small" href="${view.address}?do=subscription_cancel&amp;subscription=${plan.id}">Cancel plan</a>`
    : plan.act === "resume"
      ? press(view, "resume", plan.id, "Don't cancel plan")
      : null
}</li>`,
  )}</ul></section>`;
}

function cards(view: PortalView, list: NonNullable<PortalView["cards"]>): Html {
  return html`<section class="card gap" aria-labelledby="cards"><h2 id="cards">Payment methods</h2>
${list.length === 0 && html`<p class="muted">None yet.</p>`}
<ul class="rows">${list.map(
    (
      card,
    ) => html`<li><div><p><span class="brand">${card.label}</span>${card.isDefault && html` <span class="mark">Default</span>`}</p>
${card.expires && html`<p class="muted small">Expires ${card.expires}</p>`}</div>
<div class="acts">${!card.isDefault && press(view, "make_default", card.id, "Make default", card.label)}
${press(view, "remove_card", card.id, "Remove", card.label)}</div></li>`,
  )}</ul>
<p><a class="button secondary small" href="${view.address}?do=payment_method_update">Add payment method</a></p></section>`;
}

function details(view: PortalView): Html {
  return html`<section class="card gap" aria-labelledby="details"><h2 id="details">Billing information</h2>
<dl>${view.details.rows.map((row) => html`<div><dt class="muted">${row.label}</dt><dd>${row.value}</dd></div>`)}</dl>
${view.details.mayEdit && html`<p><a class="button secondary small" href="${view.address}?do=customer_update">Update information</a></p>`}</section>`;
}

const TAX_ID_TYPES = ["eu_vat", "gb_vat", "us_ein", "ch_vat", "au_abn"] as const;

function taxIds(view: PortalView): Html {
  return html`<section class="card gap" aria-labelledby="tax"><h2 id="tax">Tax ids</h2>
<ul class="rows">${view.taxIds.map(
    (
      taxId,
    ) => html`<li><div><p>${taxId.label}</p><p class="muted small">${TAX_ID_STATES[taxId.state] ?? taxId.state}</p></div>
${press(view, "remove_tax_id", taxId.id, "Remove", taxId.label)}</li>`,
  )}</ul>
<form method="post" action="${view.address}" class="inline" data-once>
<input type="hidden" name="act" value="add_tax_id">
<div class="field"><label for="type">Kind</label><select id="type" name="type">${TAX_ID_TYPES.map(
    (type) => html`<option value="${type}">${type.replace("_", " ").toUpperCase()}</option>`,
  )}</select></div>
<div class="field"><label for="value">Number</label><input type="text" id="value" name="value" required autocomplete="off"></div>
<button type="submit" class="secondary small">Add tax id</button></form></section>`;
}

const TAX_ID_STATES: Record<string, string> = {
  pending: "Being verified",
  verified: "Verified",
  unverified: "Could not be verified",
  unavailable: "Not verified",
};

function invoices(list: NonNullable<PortalView["invoices"]>): Html {
  return html`<section class="gap" aria-labelledby="invoices"><h2 id="invoices">Invoice history</h2>
${
  list.length === 0
    ? html`<p class="muted">None yet.</p>`
    : html`<div class="scroll" tabindex="0" role="group" aria-label="Invoices"><table class="dense">
<thead><tr><th scope="col">Date</th><th scope="col">Number</th><th scope="col" class="amount">Amount</th><th scope="col">Status</th><th scope="col">PDF</th></tr></thead>
<tbody>${list.map(
        (
          row,
        ) => html`<tr><td>${row.date}</td><td>${row.href ? html`<a href="${row.href}">${row.number}</a>` : row.number}</td>
<td class="amount">${row.amount}</td><td>${row.status}</td><td>${row.pdf && html`<a href="${row.pdf}" aria-label="PDF of ${row.number}">PDF</a>`}</td></tr>`,
      )}</tbody></table></div>`
}</section>`;
}

function press(view: PortalView, act: string, of: string, label: string, about?: string): Html {
  return html`<form method="post" action="${view.address}" data-once><input type="hidden" name="act" value="${act}">
<input type="hidden" name="of" value="${of}"><button type="submit" class="secondary small" ${about && html`aria-label="${label}: ${about}"`}>${label}</button></form>`;
}
