import { formatCredits, formatDate, formatMoney } from "@/lib/billing/format";
import { Facts, Layout, type Mail, Paragraph, type Sender } from "./layout";

export interface PriceChangeFacts {
  planName: string;
  interval: "monthly" | "yearly";
  formerCents: number;
  amountCents: number;
  formerCredits: number;
  credits: number;
  /** Cents per 1,000 credits beyond the allowance. */
  formerOverageCents?: number | null | undefined;
  overageCents?: number | null | undefined;
  currency: string;
  changesAt: Date;
}

/** A plan gets another price at a later renewal. */
export function priceChange(facts: PriceChangeFacts, sender: Sender): Mail {
  const { planName, interval, formerCents, amountCents, formerCredits, credits, currency, changesAt } = facts;
  const { formerOverageCents, overageCents } = facts;
  const per = interval === "yearly" ? "year" : "month";
  const fromTo = (from: string, to: string) => (from === to ? `${to}, as before` : `${to} instead of ${from}`);
  const known: Array<[string, string]> = [
    ["Price", `${fromTo(formatMoney(formerCents, currency), formatMoney(amountCents, currency))} a ${per}`],
    ["Included", `${fromTo(formatCredits(formerCredits), formatCredits(credits))} credits a month`],
  ];
  if (overageCents != null && formerOverageCents != null)
    known.push([
      "Beyond that",
      `${fromTo(formatMoney(formerOverageCents, currency), formatMoney(overageCents, currency))} per 1,000 credits`,
    ]);
  return {
    subject: `The price of your ${planName} plan changes on ${formatDate(changesAt)}`,
    body: (
      <Layout
        sender={sender}
        preview={`${formatMoney(amountCents, currency)} a ${per} from ${formatDate(changesAt)}.`}
        title={`The price of your ${planName} plan changes on ${formatDate(changesAt)}`}
        button={{ label: "See your choices", href: `${sender.appUrl}/billing/plan` }}
        reason="You get this mail because your account has this plan."
      >
        <Paragraph>Until then nothing changes. With the renewal on {formatDate(changesAt)} it is:</Paragraph>
        <Facts facts={known} />
        <Paragraph>
          You need not do anything. If you would rather not go on, choose another plan, or cancel at {sender.appUrl}
          /billing/cancel, before {formatDate(changesAt)}; the new price is then never charged.
        </Paragraph>
      </Layout>
    ),
  };
}
