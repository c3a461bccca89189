import { deliveriesOf } from "../core/deliveries.ts";
import type { Context, Resource } from "../core/resource.ts";

const STYLE = `body{font:15px/1.5 system-ui,sans-serif;margin:0 auto;max-width:1000px;padding:24px;color:#1c1c1c;background:#fafafa}
.banner{background:#fff4d6;border:1px solid #e2c36b;padding:10px 14px;border-radius:6px}
table{border-collapse:collapse;width:100%;font-size:13px}td,th{text-align:left;padding:4px 8px;border-bottom:1px solid #ddd;vertical-align:top}
h2{font-size:16px;margin:28px 0 6px}code{font-size:12px}
@media (prefers-color-scheme:dark){body{color:#e8e8e8;background:#161616}.banner{background:#3a3115;border-color:#6b5a24}td,th{border-color:#333}}`;
const SHOWN = 25;

/** A plain page that shows what the double holds. */
export const dashboard: Resource = {
  pages: [{ method: "GET", path: "/", handle: (_, context) => ({ body: pageOf(context) }) }],
};

function pageOf(context: Context): string {
  const { store } = context;
  const when = (seconds: number) => new Date(seconds * 1000).toISOString().replace("T", " ").slice(0, 19);
  const newest = <T>(rows: T[]) => rows.slice(-SHOWN).reverse();
  const customers = newest(store.objects("customer").list()).map((row) => [
    row.id,
    row.email,
    row.name,
    when(row.created),
  ]);
  const payments = newest(store.objects("payment_intent").list()).map((row) => [
    row.id,
    row.customer,
    `${(row.amount / 100).toFixed(2)} ${row.currency.toUpperCase()}`,
    row.status,
    when(row.created),
  ]);
  const events = newest(store.objects("event").list()).map((row) => [
    row.id,
    row.type,
    when(row.created),
    row.pending_webhooks,
  ]);
  const deliveries = newest(deliveriesOf(store).list()).map((row) => {
    const last = row.attempts.at(-1);
    return [row.type, row.endpoint, row.status, row.attempts.length, last?.status ?? last?.error];
  });
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Local Stripe double</title><style>${STYLE}</style>
<h1>Local Stripe double</h1><p class="banner">No money moves. The time here is ${when(context.now())} UTC.</p>
${table("Customers", ["id", "email", "name", "created"], customers)}
${table("Payments", ["id", "customer", "amount", "status", "created"], payments)}
${table("Events", ["id", "type", "created", "deliveries left"], events)}
${table("Deliveries", ["event", "endpoint", "status", "attempts", "last answer"], deliveries)}</html>`;
}

function table(title: string, columns: string[], rows: unknown[][]): string {
  const cells = (row: unknown[], tag: string) =>
    row.map((cell) => `<${tag}>${escaped(String(cell ?? "–"))}</${tag}>`).join("");
  const body = rows.map((row) => `<tr>${cells(row, "td")}</tr>`).join("");
  return `<h2>${title}</h2>${rows.length > 0 ? `<table><tr>${cells(columns, "th")}</tr>${body}</table>` : "<p>None yet.</p>"}`;
}

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
