import type { Engine } from "../core/engine.ts";
import type { Faults } from "../core/faults.ts";
import type { Context, Page, PageAnswer } from "../core/resource.ts";
import { noticePage, pageFrame } from "../pages/frame.ts";
import { type Html, html } from "../pages/html.ts";
import { writeMoney } from "../pages/wording.ts";
import { chargeView } from "./dashboard-charge.ts";
import { clockCard, deliveryCard, faultCard } from "./dashboard-controls.ts";
import { customerView } from "./dashboard-customer.ts";
import { invoiceView } from "./dashboard-invoice.ts";
import { overview } from "./dashboard-overview.ts";
import { productList, productView } from "./dashboard-products.ts";

/** Pages that show what Stripe would show, and move what tests move: the clock, deliveries, payments, faults. */
export function dashboardPages({ engine, faults }: { engine: Engine; faults: Faults }): Page[] {
  return [
    {
      method: "GET",
      path: "/",
      handle: (_, context) =>
        framed("Local Stripe", [
          html`<h1>Local Stripe</h1><p class="muted">What the app and Stripe have told each other. <a href="/products">What is for sale</a></p>`,
          problems(engine.problems),
          html`<div class="tiles">${clockCard(context)}${deliveryCard(context)}${faultCard(faults)}</div>`,
          ...overview(context),
        ]),
    },
    {
      method: "GET",
      path: "/customers/:customer",
      handle({ path }, context) {
        const customer = context.store.objects("customer").get(path.customer ?? "");
        if (!customer) return missing("There is no such customer");
        const words = [customer.name && customer.email, customer.id].filter(Boolean).join(" · ");
        return framed(customer.name ?? customer.email ?? customer.id, [
          back,
          html`<h1>${customer.name ?? customer.email ?? customer.id}</h1><p class="muted">${words}</p>`,
          clockCard(context, customer.id),
          ...customerView(customer, context),
        ]);
      },
    },
    {
      method: "GET",
      path: "/charges/:charge",
      handle({ path }, context) {
        const charge = context.store.objects("charge").get(path.charge ?? "");
        if (!charge) return missing("There is no such payment");
        const title = `Payment of ${writeMoney(charge.amount, charge.currency)}`;
        return framed(title, [
          wayBack(charge.customer, context),
          heading("A payment", charge.id),
          ...chargeView(charge, context),
        ]);
      },
    },
    {
      method: "GET",
      path: "/invoices/:invoice",
      handle({ path }, context) {
        const invoice = context.store.objects("invoice").get(path.invoice ?? "");
        if (!invoice) return missing("There is no such invoice");
        const title = invoice.number ? `Invoice ${invoice.number}` : "A draft";
        return framed(title, [
          wayBack(invoice.customer, context),
          heading(title, invoice.id),
          ...invoiceView(invoice, context),
        ]);
      },
    },
    {
      method: "GET",
      path: "/products",
      handle: (_, context) => framed("What is for sale", [back, html`<h1>What is for sale</h1>`, productList(context)]),
    },
    {
      method: "GET",
      path: "/products/:product",
      handle({ path }, context) {
        const product = context.store.objects("product").get(path.product ?? "");
        if (!product) return missing("There is no such product");
        const all = html`<a class="back" href="/products"><span aria-hidden="true">←</span> What is for sale</a>`;
        return framed(product.name, [all, heading(product.name, product.id), productView(product, context)]);
      },
    },
    { method: "GET", path: "/events/:event", handle: ({ path }, context) => showEvent(path.event ?? "", context) },
  ];
}

const back = html`<a class="back" href="/"><span aria-hidden="true">←</span> Local Stripe</a>`;

const heading = (title: string, id: string): Html => html`<h1>${title}</h1><p class="muted">${id}</p>
<p class="wrong" role="alert" data-problems hidden></p>`;

/** The way back to the customer, or home where there is none any more. */
function wayBack(id: string | null, { store }: Context): Html {
  const customer = id ? store.objects("customer").get(id) : undefined;
  if (!customer) return back;
  const name = customer.name ?? customer.email ?? customer.id;
  return html`<a class="back" href="/customers/${customer.id}"><span aria-hidden="true">←</span> ${name}</a>`;
}

function showEvent(id: string, { store }: Context): PageAnswer {
  const event = store.objects("event").get(id) ?? store.objects("v2.core.event").get(id);
  if (!event) return missing("There is no such event");
  const text = JSON.stringify(event, null, 2);
  return framed(event.type, [
    back,
    html`<h1>${event.type}</h1><pre class="card" tabindex="0">${text}</pre>
<p><button type="button" class="secondary" data-post="/_double/events/${id}/resend" data-body="{}">Send again</button></p>`,
  ]);
}

function problems(list: readonly string[]): Html | null {
  if (list.length === 0) return null;
  return html`<div class="alert gap" role="alert"><strong>What should not have happened</strong>
<ul>${list.slice(-5).map((problem) => html`<li>${problem.split("\n")[0]}</li>`)}</ul></div>`;
}

function missing(title: string): PageAnswer {
  return { status: 404, body: noticePage(title, "It may have been deleted.", { href: "/", label: "Local Stripe" }) };
}

const framed = (title: string, body: Array<Html | null>): PageAnswer => ({
  body: pageFrame({ title, body: html`<main>${body}</main>` }),
});
