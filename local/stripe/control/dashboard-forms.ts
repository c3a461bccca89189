import { letters } from "../core/id.ts";
import { type Html, html } from "../pages/html.ts";
import { centsIn } from "../pages/wording.ts";

/** What a form of the dashboard sends, and what it says. */
interface DoorForm {
  /** the door after /_double/ */
  door: string;
  /** what is sent besides the fields */
  body: object;
  title: string;
  /** what follows from it, in a sentence */
  words?: string | Html;
  fields?: Array<Html | false | null>;
  button: string;
  /** what is asked before it is done */
  confirm?: string;
}

const newFieldId = (): string => `field-${letters(8)}`;

/** A form that sends its fields as JSON to one of the double's doors and draws the page again. */
export function doorForm({ door, body, title, words, fields = [], button, confirm }: DoorForm): Html {
  return html`<form class="act" data-door="/_double/${door}" data-body="${JSON.stringify(body)}" ${confirm && html`data-confirm="${confirm}"`}>
<h3>${title}</h3>${words && html`<p class="small muted">${words}</p>`}
<div class="line">${fields}<button type="submit" class="secondary small">${button}</button></div>
<p class="wrong" role="alert" data-wrong hidden></p></form>`;
}

/** A field for a sum of money, typed in whole units of its currency and sent in the smallest. */
export function amountField(label: string, amount: number, currency: string): Html {
  const id = newFieldId();
  const factor = centsIn(currency);
  const value = (amount / factor).toFixed(factor === 1 ? 0 : 2);
  return html`<div class="field"><label for="${id}">${label}, ${currency.toUpperCase()}</label>
<input id="${id}" name="amount" type="text" inputmode="decimal" required value="${value}" data-factor="${factor}"></div>`;
}

/** A choice of a few values, the first one chosen. A value of "" is not sent. */
export function choiceField(label: string, name: string, choices: Array<[value: string, words: string]>): Html {
  const id = newFieldId();
  return html`<div class="field"><label for="${id}">${label}</label>
<select id="${id}" name="${name}">${choices.map(([value, words]) => html`<option value="${value}">${words}</option>`)}</select></div>`;
}
