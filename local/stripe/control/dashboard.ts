import type { Engine } from "../core/engine.ts";
import type { Faults } from "../core/faults.ts";
import type { Context, Page, PageAnswer } from "../core/resource.ts";
import { noticePage, pageFrame } from "../pages/frame.ts";
import { type Html, html } from "../pages/html.ts";
import { clockCard, deliveryCard, faultCard } from "./dashboard-controls.ts";
import { customerView } from "./dashboard-customer.ts";
import { overview } from "./dashboard-overview.ts";

/** Pages that show what Stripe would show, and move what tests move: the clock, deliveries, payments, faults. */
export function dashboardPages({ engine, faults }: { engine: Engine; faults: Faults }): Page[] {
  return [
    {
      method: "GET",
      path: "/",
      handle: (_, context) =>
        framed("Local Stripe", [
          html`<h1>Local Stripe</h1><p class="muted">What the app and Stripe have told each other.</p>`,
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
    { method: "GET", path: "/events/:event", handle: ({ path }, context) => showEvent(path.event ?? "", context) },
  ];
}

const back = html`<a class="back" href="/"><span aria-hidden="true">←</span> Local Stripe</a>`;

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
