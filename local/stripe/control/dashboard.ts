import { deliveriesOf } from "../core/deliveries.ts";
import type { Context, Resource } from "../core/resource.ts";
import { pageFrame } from "../pages/frame.ts";
import { type Html, html } from "../pages/html.ts";
import { writeDay, writeMoney } from "../pages/wording.ts";

const SHOWN = 25;
const DAY_SECONDS = 86_400;

/** A page that shows what the double holds, and moves its clock. */
export const dashboard: Resource = {
  pages: [{ method: "GET", path: "/", handle: (_, context) => ({ body: pageOf(context) }) }],
};

type Cell = Html | string | number | null | undefined;

function pageOf(context: Context): string {
  return pageFrame({
    title: "Local Stripe",
    body: html`<main>
<h1>Local Stripe</h1>
<p class="muted">What the app and Stripe have told each other. The newest ${SHOWN} of each.</p>
${clock(context.now())}
${[customers, subscriptions, invoices, payments, events, deliveries].map((section) => section(context))}
</main>`,
  });
}

function clock(now: number): Html {
  return html`<div class="card gap"><h2>The clock</h2>
<p>It is ${writeTime(now)} UTC here and in the app. Moving on runs what falls due: renewals, retries, mails. The clock
only goes forward; <code>npm run local -- reset</code> starts afresh.</p>
<div class="actions">${moveOn("An hour on", 3600)}${moveOn("A day on", DAY_SECONDS)}${moveOn("32 days on", 32 * DAY_SECONDS)}</div></div>`;
}

const moveOn = (label: string, seconds: number): Html =>
  html`<button type="button" class="secondary" data-advance="${seconds}">${label}</button>`;

const newest = <T>(rows: T[]): T[] => rows.slice(-SHOWN).reverse();
const writeTime = (seconds: number): string =>
  `${writeDay(seconds)}, ${new Date(seconds * 1000).toISOString().slice(11, 19)}`;
const code = (text: string): Html => html`<code>${text}</code>`;

function customerOf(context: Context, customer: { id: string } | string | null): string | null {
  const id = typeof customer === "string" ? customer : (customer?.id ?? null);
  return (id && context.store.objects("customer").get(id)?.email) || id;
}

function customers({ store }: Context): Html {
  const rows = newest(store.objects("customer").list()).map((row) => [
    row.email,
    row.name,
    code(row.id),
    writeTime(row.created),
  ]);
  return section("Customers", ["Email", "Name", "Id", "Created"], rows);
}

function subscriptions(context: Context): Html {
  const rows = newest(context.store.objects("subscription").list()).map((row) => {
    const end = row.items.data[0]?.current_period_end;
    return [customerOf(context, row.customer), row.status, end ? writeTime(end) : null, code(row.id)];
  });
  return section("Subscriptions", ["Customer", "Status", "Period ends", "Id"], rows);
}

function invoices(context: Context): Html {
  const rows = newest(context.store.objects("invoice").list()).map((row) => [
    row.hosted_invoice_url ? html`<a href="${row.hosted_invoice_url}">${row.number ?? row.id}</a>` : code(row.id ?? ""),
    customerOf(context, row.customer),
    row.status,
    writeMoney(row.total, row.currency),
    writeTime(row.created),
  ]);
  return section("Invoices", ["Number", "Customer", "Status", "Total", "Created"], rows);
}

function payments(context: Context): Html {
  const rows = newest(context.store.objects("payment_intent").list()).map((row) => [
    customerOf(context, row.customer),
    row.status,
    writeMoney(row.amount, row.currency),
    writeTime(row.created),
    code(row.id),
  ]);
  return section("Payments", ["Customer", "Status", "Amount", "Created", "Id"], rows);
}

function events({ store }: Context): Html {
  const rows = newest(store.objects("event").list()).map((row) => [
    row.type,
    writeTime(row.created),
    row.pending_webhooks === 0 ? "all" : `${row.pending_webhooks} to go`,
    code(row.id),
  ]);
  return section("Events", ["Type", "Created", "Delivered", "Id"], rows);
}

function deliveries({ store }: Context): Html {
  const rows = newest(deliveriesOf(store).list()).map((row) => {
    const last = row.attempts.at(-1);
    return [row.type, row.status, row.attempts.length, last?.status ?? last?.error, code(row.endpoint)];
  });
  return section("Webhook deliveries", ["Event", "Status", "Attempts", "Last answer", "Endpoint"], rows);
}

function section(title: string, columns: string[], rows: Cell[][]): Html {
  if (rows.length === 0)
    return html`<section class="gap"><h2>${title}</h2><p class="muted small">None yet.</p></section>`;
  return html`<section class="gap"><h2>${title}</h2><div class="scroll" tabindex="0" role="group" aria-label="${title}"><table class="dense">
<thead><tr>${columns.map((column) => html`<th scope="col">${column}</th>`)}</tr></thead>
<tbody>${rows.map((row) => html`<tr>${row.map((cell) => html`<td>${cell ?? "–"}</td>`)}</tr>`)}</tbody>
</table></div></section>`;
}
