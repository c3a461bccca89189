import { readDeliveryOptions } from "../core/deliveries.ts";
import type { Faults } from "../core/faults.ts";
import type { Context } from "../core/resource.ts";
import { type Html, html } from "../pages/html.ts";
import { renewals } from "./clock.ts";
import { writeTime } from "./dashboard-tables.ts";

const DAY_SECONDS = 86_400;
const LATE_SECONDS = 600;

/** A button that posts JSON to one of the double's doors and draws the page again. */
export function press(label: string, door: string, body: object, busy = "Working…"): Html {
  return html`<button type="button" class="secondary small" data-post="/_double/${door}" data-body="${JSON.stringify(body)}" data-busy="${busy}">${label}</button>`;
}

/** The clock, with what falls due next. */
export function clockCard(context: Context, customer?: string): Html {
  const [next] = renewals(context.store, customer);
  const move = (label: string, body: object) => press(label, "clock", body, "Moving on…");
  return html`<section class="card gap" aria-labelledby="clock"><h2 id="clock">The clock</h2>
<p class="time">${writeTime(context.now())} <span class="muted small">UTC, here and in the app</span></p>
<p class="small muted">${next ? html`Next renewal: ${writeTime(next.at)}.` : "No renewal ahead."} Moving on runs all that falls due on the way, in order: renewals,
retries, mails. The clock never goes back.</p>
<div class="actions">${move("+1 hour", { advanceSeconds: 3600 })}${move("+1 day", { advanceSeconds: DAY_SECONDS })}${move("+1 week", { advanceSeconds: 7 * DAY_SECONDS })}
${next && move("To the next renewal", { to: "next_renewal", ...(customer && { customer }) })}</div>
<p class="wrong" role="alert" data-problems hidden></p></section>`;
}

/** How events are delivered, as switches. */
export function deliveryCard(context: Context): Html {
  const options = readDeliveryOptions(context.store);
  const flip = (label: string, isOn: boolean, on: object, off: object) =>
    html`<button type="button" role="switch" aria-checked="${String(isOn)}" class="switch" data-post="/_double/webhooks" data-body="${JSON.stringify(isOn ? off : on)}"><span>${label}</span><span class="knob" aria-hidden="true"></span></button>`;
  return html`<section class="card gap" aria-labelledby="delivery"><h2 id="delivery">How events arrive</h2>
<div class="switches">${flip("Twice", options.duplicate > 0, { duplicate: 1 }, { duplicate: 0 })}
${flip("Ten minutes late", options.delaySeconds > 0, { delaySeconds: LATE_SECONDS }, { delaySeconds: 0 })}
${flip("Shuffled", options.reorder, { reorder: true }, { reorder: false })}
${flip("Signed with the wrong secret", options.wrongSecret, { wrongSecret: true }, { wrongSecret: false })}
${flip("Not at all: the app is down", options.down, { down: true }, { down: false })}
${flip("Lost (the next three)", options.lose > 0, { lose: 3 }, { lose: 0 })}</div></section>`;
}

/** What the app's next request to Stripe meets. */
export function faultCard(faults: Faults): Html {
  const waiting = faults.all();
  return html`<section class="card gap" aria-labelledby="faults"><h2 id="faults">The app's next request</h2>
<div class="actions">${press("Too many requests (429)", "faults", { status: 429 })}${press("Stripe fails (500)", "faults", { status: 500 })}
${press("Carried out, never answered", "faults", { drop: "after" })}</div>
${
  waiting.length > 0 &&
  html`<ul class="rows small">${waiting.map(
    ({ method, path, status, drop, times }) =>
      html`<li><span>${method ?? "Any"} ${path ?? "request"}: ${status ?? (drop === "after" ? "carried out, never answered" : drop === "before" ? "never arrives" : "slow")}, ${times} to go</span></li>`,
  )}</ul><p><button type="button" class="secondary small" data-post="/_double/faults" data-method="DELETE">Take them back</button></p>`
}</section>`;
}
