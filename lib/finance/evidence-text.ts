import { formatCredits, formatMoney } from "@/lib/billing/format";
import type { Evidence } from "./evidence";

/** What a field of Stripe's form for evidence holds at most, of letters, with room for a last line. */
const MOST_OF_A_FIELD = 18_000;

const moment = (date: Date) => `${date.toISOString().slice(0, 19).replace("T", " ")} UTC`;
const day = (date: Date) => date.toISOString().slice(0, 10);
const plural = (count: number, one: string) => `${formatCredits(count)} ${one}${count === 1 ? "" : "s"}`;

type Field = readonly [name: string, lines: ReadonlyArray<string | false | null | undefined>];

function customer({ account, people, charge, payment }: Evidence): Field[] {
  const billing = charge?.billing_details;
  const address = billing?.address;
  const owner = people.find(({ role }) => role === "owner") ?? people[0];
  return [
    ["customer_name", [billing?.name ?? account.name]],
    ["customer_email_address", [billing?.email ?? owner?.email]],
    [
      "billing_address",
      [
        [address?.line1, address?.line2, address?.postal_code, address?.city, address?.state, address?.country]
          .filter(Boolean)
          .join(", "),
      ],
    ],
    [
      "The customer's account",
      [
        `${account.name}, made ${moment(account.created_at)} (${payment.account_id}, at Stripe ${payment.customer_id})`,
        ...people.map(
          (person) =>
            `${person.email ?? "no address"}, ${person.role}, signed up ${moment(person.signed_up_at)}, ` +
            `${person.confirmed_at ? `confirmed the address ${moment(person.confirmed_at)}` : "address not confirmed"}, ` +
            `${person.last_sign_in_at ? `last signed in ${moment(person.last_sign_in_at)}` : "has not signed in since"}`,
        ),
      ],
    ],
  ];
}

function purchase({ payment, charge, checkout, session, invoice }: Evidence): Field[] {
  const card = charge?.payment_method_details?.card;
  const agreed = session?.consent?.terms_of_service === "accepted";
  return [
    [
      "The purchase",
      [
        `${formatMoney(payment.charged_cents, payment.currency)} on ${moment(payment.paid_at)} (${payment.payment_intent_id})`,
        payment.returned_cents > 0 &&
          `${formatMoney(payment.returned_cents, payment.currency)} of it stands refunded, credited or disputed now`,
        card && `${card.brand ?? "card"} ending in ${card.last4 ?? "unknown"}`,
        card?.checks?.cvc_check && `security code: ${card.checks.cvc_check}`,
        card?.checks?.address_postal_code_check && `postal code: ${card.checks.address_postal_code_check}`,
        card?.three_d_secure?.result && `3-D Secure: ${card.three_d_secure.result}`,
        charge?.calculated_statement_descriptor && `on the statement as "${charge.calculated_statement_descriptor}"`,
      ],
    ],
    [
      "Consent",
      [
        checkout &&
          `${checkout.started_by ?? "A member of the account"} went to the payment page ${moment(checkout.started_at)}` +
            `${checkout.closed_at ? ` and had paid there by ${moment(checkout.closed_at)}` : ""} (${checkout.session_id})`,
        agreed && "The terms were accepted there by ticking a box.",
        session?.custom_text?.submit?.message && `Beside the button stood: "${session.custom_text.submit.message}"`,
      ],
    ],
    [
      "receipt",
      [
        invoice?.number && `Invoice ${invoice.number}`,
        invoice?.hosted_url,
        invoice?.pdf_url,
        charge?.receipt_url && `Receipt: ${charge.receipt_url}`,
      ],
    ],
  ];
}

/** Credits that were taken back and came again are the same credits. */
const CAME_AGAIN = ["restore", "alw_back"];

function service({ payment, invoice, grants, days }: Evidence): Field[] {
  const bought = grants.filter(({ source }) => !CAME_AGAIN.includes(source));
  const all = bought.reduce((sum, { credits }) => sum + credits, 0);
  const used = grants.reduce((sum, grant) => sum + grant.used, 0);
  const first = grants.map(({ begins_at: at }) => at.getTime()).sort((a, b) => a - b)[0];
  return [
    [
      "product_description",
      [
        payment.kind === "pack"
          ? `A pack of ${formatCredits(all)} credits, spent by using the service online. Nothing is shipped.`
          : `A plan of the service with ${formatCredits(all)} credits, spent by using it online. Nothing is shipped.`,
        ...(invoice?.lines ?? []).map(
          (line) =>
            `${line.description ?? "Line"}: ${formatMoney(line.cents, payment.currency)}, ` +
            `${day(line.period_start_at)} to ${day(line.period_end_at)}`,
        ),
      ],
    ],
    ["service_date", [first === undefined ? null : day(new Date(first))]],
    [
      "service_documentation",
      [
        `The credits were in the account at once: ${bought.map((grant) => `${formatCredits(grant.credits)} on ${moment(grant.granted_at)}`).join(", ")}.`,
        days.length === 0
          ? "None of them has been used."
          : `${formatCredits(used)} of ${formatCredits(all)} credits of this payment were used, in ${plural(
              days.reduce((sum, { uses }) => sum + uses, 0),
              "use",
            )} from ${days[0]?.day} to ${days.at(-1)?.day}. Credits are spent in a fixed order, and each use is booked to the payment it came from.`,
      ],
    ],
  ];
}

function accessLog({ days }: Evidence): Field {
  const lines: string[] = [];
  let letters = 0;
  for (const { day: on, feature, uses, credits } of days) {
    const line = `${on}  ${feature}: ${plural(uses, "use")}, ${plural(credits, "credit")}`;
    letters += line.length + 1;
    if (letters > MOST_OF_A_FIELD)
      return [
        "access_activity_log",
        [...lines, `… and ${days.length - lines.length} more lines, all in the CSV of each use.`],
      ];
    lines.push(line);
  }
  return ["access_activity_log", lines];
}

/**
 * Evidence as text to paste into Stripe's form, part by part; a part that carries the name of one of the form's fields
 * belongs there. What is not known is left out.
 * @param policies where terms and refund policy can be read
 */
export function evidenceText(found: Evidence, policies: { terms: string; refunds: string }): string {
  const fields: Field[] = [
    ...customer(found),
    ...purchase(found),
    ...service(found),
    accessLog(found),
    ["refund_policy_disclosure", [`The refund policy stands at ${policies.refunds}, linked from every page.`]],
    ["cancellation_policy_disclosure", [`The terms, with how to cancel, stand at ${policies.terms}.`]],
  ];
  return `${fields
    .flatMap(([name, lines]) => {
      const said = lines.filter((line): line is string => typeof line === "string" && line !== "");
      return said.length > 0 ? [`${name}\n${said.map((line) => `  ${line}`).join("\n")}`] : [];
    })
    .join("\n\n")}\n`;
}
