import type { Objects } from "../core/objects.ts";
import type { Context } from "../core/resource.ts";
import { type Html, html } from "../pages/html.ts";
import { writeDay, writeMoney } from "../pages/wording.ts";
import { isMetered, type Price, type Subscription } from "../subscriptions/items.ts";
import { press } from "./dashboard-controls.ts";
import { choiceField, doorForm } from "./dashboard-forms.ts";
import { amountOf } from "./dashboard-products.ts";
import { code, mark, newest, section, writeTime } from "./dashboard-tables.ts";

type Customer = Objects["customer"];

/** A customer's subscriptions, and what the Dashboard can do to those that live. */
export function subscriptions({ id }: Customer, context: Context): Html {
  const list = newest(context.store.objects("subscription").list((row) => row.customer === id));
  if (list.length === 0) return section("Subscriptions", [], []);
  return html`<section class="gap"><h2>Subscriptions</h2>${list.map((row) => subscriptionCard(row, context))}</section>`;
}

function subscriptionCard(row: Subscription, context: Context): Html {
  const name = (price: Price) => context.store.objects("product").get(String(price.product))?.name ?? price.id;
  return html`<div class="card stack"><p>${mark(row.status)} ${row.pause_collection && mark("collection paused", true)} ${code(row.id)}</p>
<ul class="rows">${row.items.data.map(
    (item) => html`<li><div><p>${name(item.price)} ${item.price.active ? null : mark("price archived", true)}</p>
<p class="muted small">${priceOf(item)}</p></div><p class="small">${writeDay(item.current_period_start)} – ${writeDay(item.current_period_end)}</p></li>`,
  )}</ul>
${row.trial_end && row.status === "trialing" && html`<p class="small">Trial until ${writeTime(row.trial_end)}</p>`}
${row.cancel_at && html`<p class="small">Ends ${writeTime(row.cancel_at)}</p>`}
${row.schedule && html`<p class="small">Follows the schedule ${code(row.schedule)}</p>`}
${row.pending_update && html`<p class="small">A change waits for its payment until ${writeTime(row.pending_update.expires_at)}</p>`}
${row.ended_at === null && acts(row, context)}</div>`;
}

function priceOf({ price, quantity }: Subscription["items"]["data"][number]): string {
  const each = `each ${price.recurring?.interval ?? "time"}`;
  if (price.recurring?.usage_type === "metered") return `by use, ${each}`;
  return `${writeMoney((price.unit_amount ?? 0) * (quantity ?? 1), price.currency)} ${each}`;
}

function acts(
  { id, currency, items, pause_collection: pause, cancel_at: end, schedule }: Subscription,
  context: Context,
): Html {
  const body = { subscription: id };
  const own = items.data.map(({ price }) => price.id);
  const choices = plansFor(currency, context).filter(({ price }) => !own.includes(price.id));
  return html`<details class="more"><summary>Act as Stripe's Dashboard</summary><div class="sheet">
${
  choices.length > 0 &&
  doorForm({
    door: "dashboard/change-price",
    body,
    title: "Change the plan",
    words: "At once; what is left of the old one is credited on the next invoice.",
    fields: [
      choiceField(
        "To",
        "price",
        choices.map(({ price, name }) => [price.id, `${name}, ${amountOf(price)}`]),
      ),
    ],
    button: "Change",
  })
}
<div class="act"><h3>End it</h3>${schedule && html`<p class="small muted">While a schedule leads it, Stripe lets it end only now.</p>`}
<div class="line">${!schedule && end === null && press("With its period", "dashboard/cancel-subscription", { ...body, at: "period_end" })}
${press("Now", "dashboard/cancel-subscription", { ...body, at: "now" })}${press("Now, with a last invoice", "dashboard/cancel-subscription", { ...body, at: "now", invoice_now: true })}</div></div>
<div class="act"><h3>Collection</h3><p class="small muted">While it is paused invoices are made and not charged.</p>
<div class="line">${
    pause
      ? press("Go on", "dashboard/pause-collection", { ...body, resume: true })
      : html`${press("Pause, keep drafts", "dashboard/pause-collection", { ...body, behavior: "keep_as_draft" })}
${press("Pause, void them", "dashboard/pause-collection", { ...body, behavior: "void" })}`
  }</div></div></div></details>`;
}

/** Prices somebody could subscribe to in a currency: licensed ones for sale, with their products' names. */
export function plansFor(currency: string, { store }: Context): Array<{ price: Price; name: string }> {
  return store
    .objects("price")
    .list((price) => price.active && price.recurring !== null && !isMetered(price) && price.currency === currency)
    .map((price) => ({ price, name: store.objects("product").get(String(price.product))?.name ?? price.id }));
}
