import { deliveriesOf } from "../core/deliveries.ts";
import type { Objects } from "../core/objects.ts";
import type { Context } from "../core/resource.ts";
import { type Html, html } from "../pages/html.ts";
import { writeMoney } from "../pages/wording.ts";
import { press } from "./dashboard-controls.ts";
import { code, mark, newest, SHOWN, section, writeTime } from "./dashboard-tables.ts";

/** What the double holds, the newest of each. */
export function overview(context: Context): Array<Html | null> {
  return [customers, invoices, payments, events, thinEvents, endpoints, deliveries].map((draw) => draw(context));
}

function customers({ store }: Context): Html {
  const rows = newest(store.objects("customer").list());
  if (rows.length === 0) return section("Customers", [], []);
  return html`<section class="gap"><h2>Customers</h2><ul class="rows card">${rows.map((customer) => {
    const subscriptions = store.objects("subscription").list((row) => row.customer === customer.id);
    return html`<li><div><p><a href="/customers/${customer.id}">${customer.name ?? customer.email ?? customer.id}</a></p>
<p class="muted small">${customer.name ? customer.email : null} ${code(customer.id)}</p></div>
<div class="acts">${subscriptions.map(({ status }) => mark(status))}</div></li>`;
  })}</ul></section>`;
}

function invoices(context: Context): Html {
  const rows = newest(context.store.objects("invoice").list()).map((row) => [
    invoiceLink(row),
    customerOf(context, row.customer),
    mark(row.status ?? "draft"),
    writeMoney(row.total, row.currency),
    writeTime(row.created),
  ]);
  return section("Invoices", ["Number", "Customer", "Status", "Total", "Created"], rows);
}

/** An invoice's number, leading to what can be done to it. */
export function invoiceLink(invoice: Objects["invoice"]): Html {
  return html`<a href="/invoices/${invoice.id}">${invoice.number ?? invoice.id}</a>`;
}

function payments(context: Context): Html {
  const rows = newest(context.store.objects("payment_intent").list()).map((row) => [
    customerOf(context, row.customer),
    mark(row.status),
    row.latest_charge
      ? html`<a href="/charges/${row.latest_charge}">${writeMoney(row.amount, row.currency)}</a>`
      : writeMoney(row.amount, row.currency),
    writeTime(row.created),
    code(row.id),
  ]);
  return section("Payments", ["Customer", "Status", "Amount", "Created", "Id"], rows);
}

function customerOf({ store }: Context, id: string | null): Html | null {
  if (!id) return null;
  const customer = store.objects("customer").get(id);
  return html`<a href="/customers/${id}">${customer?.email ?? customer?.name ?? id}</a>`;
}

function events({ store }: Context): Html {
  return eventTable(`Events (the newest ${SHOWN})`, store.objects("event").list());
}

/** Events with whether they were delivered; each leads to its text. */
export function eventTable(title: string, list: Objects["event"][]): Html {
  const rows = newest(list).map((row) => [
    html`<a href="/events/${row.id}">${row.type}</a>`,
    writeTime(row.created),
    row.pending_webhooks === 0 ? "all" : `${row.pending_webhooks} to go`,
    code(row.id),
  ]);
  return section(title, ["Type", "Created", "Delivered", "Id"], rows);
}

function thinEvents({ store }: Context): Html | null {
  const list = store.objects("v2.core.event").list();
  if (list.length === 0) return null;
  const rows = newest(list).map((row) => [
    html`<a href="/events/${row.id}">${row.type}</a>`,
    writeTime(Date.parse(row.created) / 1000),
    code(row.id),
  ]);
  return section("Thin events", ["Type", "Created", "Id"], rows);
}

function endpoints({ store }: Context): Html | null {
  const list = store.objects("webhook_endpoint").list();
  if (list.length === 0) return null;
  return html`<section class="gap"><h2>Webhook endpoints</h2><ul class="rows card">${list.map(
    ({
      id,
      url,
      status,
    }) => html`<li><div><p class="address">${url}</p><p class="small muted">${mark(status)} ${code(id)}</p></div>
<div class="acts">${
      status === "enabled"
        ? press("Disable, as after days of failures", "dashboard/disable-webhook", { endpoint: id })
        : press("Enable", "dashboard/enable-webhook", { endpoint: id })
    }</div></li>`,
  )}</ul></section>`;
}

function deliveries({ store }: Context): Html {
  const rows = newest(deliveriesOf(store).list()).map((row) => {
    const last = row.attempts.at(-1);
    return [row.type, mark(row.status), row.attempts.length, last?.status ?? last?.error, code(row.endpoint)];
  });
  return section("Webhook deliveries", ["Event", "Status", "Attempts", "Last answer", "Endpoint"], rows);
}
