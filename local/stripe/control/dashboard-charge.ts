import type { Objects } from "../core/objects.ts";
import type { Context } from "../core/resource.ts";
import { type Html, html } from "../pages/html.ts";
import { writeMoney } from "../pages/wording.ts";
import type { Dispute } from "../resources/dispute-rules.ts";
import type { Refund } from "../resources/refund-rules.ts";
import { press } from "./dashboard-controls.ts";
import { amountField, choiceField, doorForm } from "./dashboard-forms.ts";
import { code, mark, writeTime } from "./dashboard-tables.ts";

type Charge = Objects["charge"];

const REASONS: Array<[string, string]> = [
  ["fraudulent", "Fraudulent"],
  ["product_not_received", "Product not received"],
  ["subscription_canceled", "Subscription canceled"],
  ["duplicate", "Duplicate"],
  ["general", "General"],
  ["inquiry", "Only an inquiry"],
];
const FRAUD: Array<[string, string]> = [
  ["made_with_stolen_card", "Stolen card"],
  ["made_with_lost_card", "Lost card"],
  ["unauthorized_use_of_card", "Used without permission"],
  ["misc", "Something else"],
];

/** A payment with its refunds, disputes and warnings, and what Stripe or a bank can do to it. */
export function chargeView(charge: Charge, context: Context): Array<Html | null> {
  const { store } = context;
  const refunds = store.objects("refund").list((row) => row.charge === charge.id);
  const disputes = store.objects("dispute").list((row) => row.charge === charge.id);
  const warning = store.objects("radar.early_fraud_warning").find((row) => row.charge === charge.id);
  return [
    facts(charge),
    warning
      ? html`<div class="alert gap">The bank warned of fraud (${warning.fraud_type.replaceAll("_", " ")}), ${writeTime(warning.created)}.
${warning.actionable ? "Nobody has done anything about it yet." : "Nothing is left to be done about it."}</div>`
      : null,
    history("Refunds", refunds, refundRow),
    history("Disputes", disputes, disputeRow),
    acts(charge, disputes, warning !== undefined),
  ];
}

function facts({ amount, amount_refunded: refunded, currency, status, disputed, description, created }: Charge): Html {
  return html`<section class="card gap"><p class="total">${writeMoney(amount, currency)}</p>
<p>${mark(status)} ${refunded > 0 && mark(`${writeMoney(refunded, currency)} refunded`)} ${disputed && mark("disputed", true)}</p>
<p class="small muted">${description ?? "A payment"}, ${writeTime(created)}</p></section>`;
}

function history<T extends { id: string; created: number }>(
  title: string,
  rows: T[],
  draw: (row: T) => Html,
): Html | null {
  if (rows.length === 0) return null;
  return html`<section class="gap"><h2>${title}</h2><ul class="rows card">${rows
    .toReversed()
    .map((row) => html`<li>${draw(row)}</li>`)}</ul></section>`;
}

function refundRow({ id, amount, currency, status, failure_reason: why, created }: Refund): Html {
  const waits = status === "pending" || status === "requires_action";
  const body = { refund: id };
  return html`<div><p>${writeMoney(amount, currency)} ${mark(status ?? "unknown")}</p>
<p class="small muted">${writeTime(created)}${why && `, ${why.replaceAll("_", " ")}`} ${code(id)}</p></div>
<div class="acts">${waits && press("Arrives", "dashboard/finish-refund", body)}${waits && press("Called back", "dashboard/cancel-refund", body)}
${(waits || status === "succeeded") && press("Fails", "dashboard/fail-refund", body)}</div>`;
}

function disputeRow({ id, amount, currency, status, reason, created, evidence_details: details }: Dispute): Html {
  const body = { dispute: id };
  const isInquiry = status === "warning_needs_response" || status === "warning_under_review";
  const isOpen = !isInquiry && /needs_response|under_review/.test(status);
  const close = (label: string, outcome: string) => press(label, "dashboard/close-dispute", { ...body, outcome });
  const due = isOpen && details.due_by ? `, to be answered by ${writeTime(details.due_by)}` : "";
  return html`<div><p>${writeMoney(amount, currency)} ${mark(status)} ${details.submission_count > 0 && mark("evidence sent")}</p>
<p class="small muted">${reason.replaceAll("_", " ")}, ${writeTime(created)}${due} ${code(id)}</p></div>
<div class="acts">${isOpen && close("Won", "won")}${isOpen && close("Lost", "lost")}
${isInquiry && press("Escalates", "dashboard/escalate-inquiry", body)}${isInquiry && close("Closes", "warning_closed")}
${(isOpen || isInquiry) && press("Prevented", "dashboard/prevent-dispute", body)}
${status === "lost" && press("Appeal", "dashboard/appeal-dispute", body)}</div>`;
}

function acts(charge: Charge, disputes: Dispute[], isWarnedOf: boolean): Html {
  const { id, amount, amount_refunded: refunded, currency } = charge;
  const body = { charge: id };
  const held = disputes
    .filter(({ status }) => !["won", "warning_closed", "prevented"].includes(status))
    .reduce((sum, dispute) => sum + dispute.amount, 0);
  const isBlocked = disputes.some(({ is_charge_refundable: may, status }) => !may && status !== "lost");
  const lost = disputes.filter(({ status }) => status === "lost").reduce((sum, dispute) => sum + dispute.amount, 0);
  const left = amount - refunded - lost;
  if (charge.status !== "succeeded")
    return html`<p class="muted gap">Only a payment that was made can be returned.</p>`;
  return html`<section class="gap"><h2>What happens to it</h2><div class="card sheet">
${
  left > 0 && !isBlocked
    ? doorForm({
        door: "dashboard/refund",
        body,
        title: "Refund",
        words: "As from Stripe's Dashboard: the app learns of it from its events.",
        fields: [
          amountField("Amount", left, currency),
          choiceField("It arrives", "status", [
            ["", "At once"],
            ["pending", "Later: it stays pending"],
            ["requires_action", "When the customer says where"],
          ]),
        ],
        button: "Refund",
      })
    : html`<p class="small muted">${isBlocked ? "While it is disputed it cannot be refunded." : "Nothing of it is left to refund."}</p>`
}
${
  amount > held &&
  doorForm({
    door: "dashboard/dispute",
    body,
    title: "Dispute",
    words: "The customer's bank takes the money back, with a fee. An inquiry only asks.",
    fields: [amountField("Amount", amount - held, currency), choiceField("Reason", "reason", REASONS)],
    button: "Open a dispute",
  })
}
${
  amount > held &&
  doorForm({
    door: "dashboard/prevent-dispute",
    body: { ...body, refund: true },
    title: "Dispute prevented",
    words: "The card network settles it before it begins: a refund, and a dispute that counts for nothing.",
    fields: [amountField("Amount", Math.max(0, Math.min(left, amount - held)), currency)],
    button: "Prevent",
  })
}
${
  !isWarnedOf &&
  doorForm({
    door: "dashboard/early-fraud-warning",
    body,
    title: "Early fraud warning",
    words: "The bank says that it looks like fraud. No money moves.",
    fields: [choiceField("Kind", "fraud_type", FRAUD)],
    button: "Warn",
  })
}</div></section>`;
}
