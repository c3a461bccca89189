import type { Objects } from "../core/objects.ts";
import type { Context } from "../core/resource.ts";
import { failuresAhead } from "../invoices/finalization-failure.ts";
import type { RecordedEvent } from "../meters/recorded-event.ts";
import { usageIn } from "../meters/usage.ts";
import { type Html, html } from "../pages/html.ts";
import { writeCount, writeDay, writeMoney } from "../pages/wording.ts";
import { press } from "./dashboard-controls.ts";
import { choiceField, doorForm } from "./dashboard-forms.ts";
import { eventTable, invoiceLink } from "./dashboard-overview.ts";
import { amountOf } from "./dashboard-products.ts";
import { plansFor, subscriptions } from "./dashboard-subscription.ts";
import { code, mark, newest, section, writeTime } from "./dashboard-tables.ts";

type Customer = Objects["customer"];

/** All that belongs to one customer. */
export function customerView(customer: Customer, context: Context): Array<Html | null> {
  return [actions, subscriptions, charges, invoices, meterUse, meterEvents, cards, events].map((draw) =>
    draw(customer, context),
  );
}

function actions(customer: Customer, context: Context): Html {
  const { id, balance, currency, name, email } = customer;
  const asked = context.store.hidden<{ id: string; times: number }>("_asked_decline").get(id);
  const left = asked?.times ?? 0;
  const stuck = failuresAhead(context, id);
  const plans = plansFor(currency ?? "usd", context);
  return html`<section class="card gap" aria-labelledby="payments"><h2 id="payments">What happens next</h2>
<p class="small muted">${left > 0 ? html`The next ${left === 1 ? "payment is" : `${left} payments are`} declined, whatever the card.` : "Payments go as the card says."}
${stuck > 0 && `The next ${stuck === 1 ? "invoice" : `${stuck} invoices`} cannot be finalized.`}
${balance !== 0 && currency ? ` Balance: ${writeMoney(balance, currency)} (below zero is in the customer's favor).` : ""}</p>
<div class="actions">${press("Decline the next payment", "dashboard/decline-next", { customer: id, times: 1 })}
${press("Decline the next four", "dashboard/decline-next", { customer: id, times: 4 })}
${left > 0 && press("Let payments pass", "dashboard/decline-next", { customer: id, times: 0 })}
${stuck > 0 ? press("Let invoices be finalized", "dashboard/fail-finalization", { customer: id, times: 0 }) : press("Fail the next finalization", "dashboard/fail-finalization", { customer: id })}</div>
<details class="more"><summary>Act as Stripe's Dashboard</summary><div class="sheet">
${
  plans.length > 0 &&
  doorForm({
    door: "dashboard/second-subscription",
    body: { customer: id },
    title: "Another subscription",
    words: "Beside what the customer has, charged to the same card.",
    fields: [
      choiceField(
        "To",
        "price",
        plans.map(({ price, name: plan }) => [price.id, `${plan}, ${amountOf(price)}`]),
      ),
    ],
    button: "Start",
  })
}
${doorForm({
  door: "dashboard/delete-customer",
  body: { customer: id },
  title: "Delete the customer",
  words: "For good: subscriptions end at once, cards are detached, nothing is collected any more.",
  button: "Delete",
  confirm: `Delete ${name ?? email ?? id} for good? Subscriptions end at once.`,
})}</div></details></section>`;
}

function charges({ id }: Customer, { store }: Context): Html | null {
  const list = store.objects("charge").list((row) => row.customer === id);
  if (list.length === 0) return null;
  const rows = newest(list).map((row) => {
    const disputes = store.objects("dispute").list(({ charge }) => charge === row.id);
    return [
      html`<a href="/charges/${row.id}">${writeMoney(row.amount, row.currency)}</a>`,
      mark(row.status),
      row.amount_refunded > 0 ? writeMoney(row.amount_refunded, row.currency) : null,
      disputes.map(({ status }) => mark(status)),
      row.description,
      writeTime(row.created),
    ];
  });
  return section("Payments", ["Amount", "Status", "Refunded", "Disputes", "For", "Made"], rows);
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
