import type { Objects } from "../core/objects.ts";
import type { Context } from "../core/resource.ts";
import type { RecordedEvent } from "../meters/recorded-event.ts";
import { usageIn } from "../meters/usage.ts";
import { type Html, html } from "../pages/html.ts";
import { writeCount, writeDay, writeMoney } from "../pages/wording.ts";
import { press } from "./dashboard-controls.ts";
import { eventTable, invoiceLink } from "./dashboard-overview.ts";
import { code, mark, newest, section, writeTime } from "./dashboard-tables.ts";

type Customer = Objects["customer"];

/** All that belongs to one customer. */
export function customerView(customer: Customer, context: Context): Array<Html | null> {
  return [actions, subscriptions, meterUse, meterEvents, invoices, cards, events].map((draw) =>
    draw(customer, context),
  );
}

function actions({ id, balance, currency }: Customer, context: Context): Html {
  const asked = context.store.hidden<{ id: string; times: number }>("_asked_decline").get(id);
  const left = asked?.times ?? 0;
  return html`<section class="card gap" aria-labelledby="payments"><h2 id="payments">Payments</h2>
<p class="small muted">${left > 0 ? html`The next ${left === 1 ? "payment is" : `${left} payments are`} declined, whatever the card.` : "Payments go as the card says."}
${balance !== 0 && currency ? ` Balance: ${writeMoney(balance, currency)} (below zero is in the customer's favor).` : ""}</p>
<div class="actions">${press("Decline the next payment", "dashboard/decline-next", { customer: id, times: 1 })}
${press("Decline the next four", "dashboard/decline-next", { customer: id, times: 4 })}
${left > 0 && press("Let payments pass", "dashboard/decline-next", { customer: id, times: 0 })}</div></section>`;
}

function subscriptions({ id }: Customer, { store }: Context): Html {
  const list = newest(store.objects("subscription").list((row) => row.customer === id));
  if (list.length === 0) return section("Subscriptions", [], []);
  return html`<section class="gap"><h2>Subscriptions</h2>${list.map(
    (row) => html`<div class="card stack"><p>${mark(row.status)} ${code(row.id)}</p>
<ul class="rows">${row.items.data.map(
      (item) => html`<li><div><p>${store.objects("product").get(String(item.price.product))?.name ?? item.price.id}</p>
<p class="muted small">${priceOf(item)}</p></div><p class="small">${writeDay(item.current_period_start)} – ${writeDay(item.current_period_end)}</p></li>`,
    )}</ul>
${row.trial_end && row.status === "trialing" && html`<p class="small">Trial until ${writeTime(row.trial_end)}</p>`}
${row.cancel_at && html`<p class="small">Ends ${writeTime(row.cancel_at)}</p>`}
${row.schedule && html`<p class="small">Follows the schedule ${code(row.schedule)}</p>`}
${row.pending_update && html`<p class="small">A change waits for its payment until ${writeTime(row.pending_update.expires_at)}</p>`}</div>`,
  )}</section>`;
}

function priceOf({ price, quantity }: Objects["subscription"]["items"]["data"][number]): string {
  const each = `each ${price.recurring?.interval ?? "time"}`;
  if (price.recurring?.usage_type === "metered") return `by use, ${each}`;
  return `${writeMoney((price.unit_amount ?? 0) * (quantity ?? 1), price.currency)} ${each}`;
}

function meterUse({ id }: Customer, context: Context): Html | null {
  const { store } = context;
  const items = store
    .objects("subscription")
    .list((row) => row.customer === id && row.ended_at === null)
    .flatMap(({ items: { data } }) => data.filter(({ price }) => price.recurring?.meter));
  if (items.length === 0) return null;
  const rows = items.flatMap((item) => {
    const meter = store.objects("billing.meter").get(item.price.recurring?.meter ?? "");
    const period = { start: item.current_period_start, end: item.current_period_end };
    const span = `${writeDay(period.start)} – ${writeDay(period.end)}`;
    return meter ? [[meter.display_name, span, writeCount(usageIn(meter, id, period, context))]] : [];
  });
  return section("Use in the running period", ["Meter", "Period", "Counted"], rows);
}

function meterEvents({ id }: Customer, context: Context): Html | null {
  const list = context.store.hidden<RecordedEvent>("_meter_events").list(({ customer }) => customer === id);
  if (list.length === 0) return null;
  const countedUpTo = context.now() - context.settings.meterLagSeconds;
  const stateOf = (event: RecordedEvent) => {
    if (event.error) return mark(event.error, true);
    if (event.canceledAt) return mark("canceled");
    return mark(event.receivedAt <= countedUpTo ? "counted" : "on its way");
  };
  const rows = newest(list).map((event) => [
    writeCount(event.value),
    writeTime(event.timestamp),
    writeTime(event.receivedAt),
    stateOf(event),
    code(event.identifier.slice(0, 20)),
  ]);
  return section("Meter events", ["Value", "Used", "Received", "State", "Identifier"], rows);
}

function invoices({ id }: Customer, { store }: Context): Html {
  const rows = newest(store.objects("invoice").list((row) => row.customer === id)).map((row) => [
    invoiceLink(row),
    mark(row.status ?? "draft"),
    writeMoney(row.total, row.currency),
    row.attempt_count,
    row.next_payment_attempt ? writeTime(row.next_payment_attempt) : null,
    row.billing_reason?.replaceAll("_", " "),
    writeTime(row.created),
  ]);
  return section("Invoices", ["Number", "Status", "Total", "Attempts", "Next attempt", "Reason", "Created"], rows);
}

function cards({ id, invoice_settings }: Customer, { store }: Context): Html {
  const rows = newest(store.objects("payment_method").list((row) => row.customer === id)).map((row) => [
    row.card ? `${row.card.brand} ${row.card.last4}` : `${row.type} ${row.sepa_debit?.last4 ?? ""}`,
    invoice_settings.default_payment_method === row.id ? mark("default") : null,
    code(row.id),
  ]);
  return section("Payment methods", ["Method", "Role", "Id"], rows);
}

function events({ id }: Customer, { store }: Context): Html {
  const list = store.objects("event").list(({ data }) => {
    const object = data.object as { id?: string; customer?: unknown };
    return object.id === id || object.customer === id;
  });
  return eventTable("Events", list);
}
