import { type Html, html } from "../pages/html.ts";
import { writeDay } from "../pages/wording.ts";

export type Cell = Html | Html[] | string | number | null | undefined;

/** How many rows of a table are shown: the newest. */
export const SHOWN = 25;

export const newest = <T>(rows: T[]): T[] => rows.slice(-SHOWN).reverse();
export const code = (text: string): Html => html`<code>${text}</code>`;

/** Writes a moment: "22 Nov 2026, 14:05:09". */
export function writeTime(seconds: number): string {
  return `${writeDay(seconds)}, ${new Date(seconds * 1000).toISOString().slice(11, 19)}`;
}

/** A status as a small mark; what needs somebody is colored. */
export function mark(status: string, isWrong = BAD.includes(status)): Html {
  const kind = isWrong ? "bad" : GOOD.includes(status) ? "good" : "";
  return html`<span class="mark ${kind}">${status.replaceAll("_", " ")}</span>`;
}

const GOOD = ["active", "paid", "succeeded", "delivered", "counted", "trialing", "won", "enabled"];
const BAD = [
  ...["past_due", "unpaid", "incomplete", "failed", "uncollectible", "refused", "requires_payment_method"],
  ...["needs_response", "warning_needs_response", "appeal_needs_response", "lost", "disabled"],
];

/** A titled table that scrolls sideways where it has to; says so when it is empty. */
export function section(title: string, columns: string[], rows: Cell[][]): Html {
  if (rows.length === 0)
    return html`<section class="gap"><h2>${title}</h2><p class="muted small">None yet.</p></section>`;
  return html`<section class="gap"><h2>${title}</h2><div class="scroll" tabindex="0" role="group" aria-label="${title}"><table class="dense">
<thead><tr>${columns.map((column) => html`<th scope="col">${column}</th>`)}</tr></thead>
<tbody>${rows.map((row) => html`<tr>${row.map((cell) => html`<td>${isEmpty(cell) ? "–" : cell}</td>`)}</tr>`)}</tbody>
</table></div></section>`;
}

const isEmpty = (cell: Cell): boolean =>
  cell === null || cell === undefined || (Array.isArray(cell) && cell.length === 0);
