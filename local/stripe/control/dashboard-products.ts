import type { Objects } from "../core/objects.ts";
import type { Context } from "../core/resource.ts";
import { type Html, html } from "../pages/html.ts";
import { writeInterval, writeMoney, writeUnitPrice } from "../pages/wording.ts";
import { press } from "./dashboard-controls.ts";
import { code, mark } from "./dashboard-tables.ts";

type Price = Objects["price"];

/** Everything for sale. */
export function productList({ store }: Context): Html {
  const products = store.objects("product").list().toReversed();
  if (products.length === 0)
    return html`<p class="muted gap">Nothing is for sale yet. The app's setup makes products.</p>`;
  return html`<ul class="rows card gap">${products.map(({ id, name, active }) => {
    const prices = store.objects("price").list((row) => row.product === id);
    const archived = prices.filter((price) => !price.active).length;
    return html`<li><div><p><a href="/products/${id}">${name}</a></p>
<p class="small muted">${prices.length} ${prices.length === 1 ? "price" : "prices"}${archived > 0 && `, ${archived} archived`} ${code(id)}</p></div>
<div class="acts">${active ? null : mark("archived", true)}</div></li>`;
  })}</ul>`;
}

/** A product with its prices, each of which can be taken off sale. */
export function productView({ id }: Objects["product"], { store }: Context): Html {
  const prices = store.objects("price").list((row) => row.product === id);
  const holders = (price: string) =>
    store.objects("subscription").list(({ ended_at: end, items }) => {
      return end === null && items.data.some((item) => item.price.id === price);
    }).length;
  return html`<section class="gap"><h2>Prices</h2><ul class="rows card">${prices.toReversed().map((price) => {
    const count = holders(price.id);
    return html`<li><div><p>${amountOf(price)} ${price.active ? null : mark("archived", true)}</p>
<p class="small muted">${price.lookup_key} ${code(price.id)}</p>
<p class="small muted">${count === 0 ? "Nobody subscribes to it." : `${count} ${count === 1 ? "subscription has" : "subscriptions have"} it.`}</p></div>
<div class="acts">${
      price.active
        ? press("Archive", "dashboard/archive-price", { price: price.id })
        : press("Sell again", "dashboard/archive-price", { price: price.id, active: true })
    }</div></li>`;
  })}</ul></section>`;
}

/** What a price comes to, in words: "$29.00 / month", "$0.000125 by use / month". */
export function amountOf({
  unit_amount: amount,
  unit_amount_decimal: exact,
  currency,
  recurring,
  tiers_mode: tiers,
}: Price): string {
  const every = recurring ? ` / ${writeInterval(recurring.interval, recurring.interval_count)}` : "";
  if (tiers) return `By tiers${every}`;
  if (recurring?.usage_type === "metered" && exact) return `${writeUnitPrice(exact, currency)} by use${every}`;
  return `${writeMoney(amount ?? 0, currency)}${every}`;
}
