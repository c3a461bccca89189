/** Everything a founder is told of, in the order of how much it matters. */
export const ALERT_KINDS = [
  "tick_late",
  "webhook_disabled",
  "webhook_silent",
  "sums_differ",
  "ledger_differs",
  "dispute_opened",
  "fraud_warning",
  "dispute_lost",
  "refund_stuck",
  "subscription_unmade",
  "second_subscription",
  "customer_deleted",
  "finalization_failed",
  "unknown_price",
  "subscription_changed",
  "event_dead",
  "meter_row_waits",
  "account_suspended",
  "mail_failing",
  "mail_bounced",
  "tick_failed",
] as const;

export type AlertKind = (typeof ALERT_KINDS)[number];

export const isAlertKind = (kind: string): kind is AlertKind => (ALERT_KINDS as readonly string[]).includes(kind);

/** What happened, what it means, and what to do about it. */
export interface AlertWords {
  readonly title: string;
  readonly text: string;
  readonly wayOut: string;
}

export interface AlertFacts {
  readonly kind: string;
  readonly key: string;
  /** What whoever raised it knows; `text` is a whole sentence of its own and comes first. */
  readonly data: Readonly<Record<string, unknown>>;
}

type Write = (facts: AlertFacts) => AlertWords;

const said = ({ data }: AlertFacts, name: string): string | null => {
  const value = data[name];
  if (typeof value === "number") return String(value);
  return typeof value === "string" && value !== "" ? value : null;
};

/** A code of Stripe's as people read it: product_not_received is "product not received". Sentences stay as they are. */
const readable = (value: string): string => (/^[a-z]+(_[a-z]+)+$/.test(value) ? value.replaceAll("_", " ") : value);

/** The first of these facts that is known, in brackets or after a colon where the sentence needs it. */
const after = (facts: AlertFacts, ...names: string[]): string => {
  const found = names.map((name) => said(facts, name)).find((value) => value !== null);
  return found ? `: ${readable(found.replace(/\.$/, ""))}.` : ".";
};

const which = (facts: AlertFacts, ...names: string[]): string =>
  names.map((name) => said(facts, name)).find((value) => value !== null) ?? facts.key;

const WORDS: Record<AlertKind, Write> = {
  tick_late: (facts) => ({
    title: "The job runner has stopped",
    text: `Nothing has called /api/jobs ${said(facts, "since") ? `since ${said(facts, "since")}` : "for five minutes"}. Mail, renewals and usage wait for visitors to set them off.`,
    wayOut:
      "Look at the cron that calls it (vercel.json, or cron.job_run_details in Supabase), and whether JOBS_SECRET is the same on both sides.",
  }),
  webhook_disabled: (facts) => ({
    title: "Stripe no longer sends events here",
    text: `The webhook endpoint ${which(facts, "endpoint", "url")} is disabled at Stripe. Events are fetched every ten minutes meanwhile.`,
    wayOut: "Mend what made it fail, then enable it in Stripe's Dashboard under Webhooks, or run npm run stripe:setup.",
  }),
  webhook_silent: (facts) => ({
    title: "Events of Stripe's do not arrive",
    text: `${said(facts, "count") ?? "Some"} events that Stripe lists never came to the webhook. They were fetched from Stripe's list instead.`,
    wayOut:
      "Run npm run doctor: it compares the endpoint's address, its events and STRIPE_WEBHOOK_SECRET with what Stripe has.",
  }),
  sums_differ: (facts) => ({
    title: "Ours and Stripe's numbers differ",
    text: said(facts, "count") ? `${said(facts, "count")} numbers differ.` : `A sum differs${after(facts, "what")}`,
    wayOut:
      "Open Admin → Checks for each of them and what mends it. npm run stripe:reconcile -- --fix mends what is safe.",
  }),
  ledger_differs: (facts) => ({
    title: "A balance does not follow from its entries",
    text: said(facts, "count")
      ? `${said(facts, "count")} numbers of the ledger do not follow from its entries.`
      : `A number of the ledger does not follow from its entries${after(facts, "what")}`,
    wayOut: "Open Admin → Checks. Nothing mends the ledger by itself: find what wrote past it before you correct it.",
  }),
  dispute_opened: (facts) => ({
    title: "A customer disputes a payment",
    text: `The bank has taken back the payment ${which(facts, "payment")}${after(facts, "reason")} The credits it brought are held.`,
    wayOut:
      "Answer in Stripe's Dashboard before the date it names. Admin → the account has the evidence: purchase, consent and use.",
  }),
  dispute_lost: (facts) => ({
    title: "A dispute was lost",
    text: `The payment ${which(facts, "payment")} is gone for good. What its credits were used for is now a debt.`,
    wayOut: "Open the account and decide whether it may go on. A lost fraud dispute holds it until you release it.",
  }),
  fraud_warning: (facts) => ({
    title: "A bank warns of fraud",
    text: `The payment ${which(facts, "payment")} is probably made with a stolen card${after(facts, "fraudType", "reason")}`,
    wayOut: "Look at the account. A refund before the dispute costs no dispute fee.",
  }),
  refund_stuck: (facts) => ({
    title: "A refund did not arrive",
    text: `The refund of ${which(facts, "payment", "refund")} has not gone through${after(facts, "reason")}`,
    wayOut: "Open the payment in Stripe's Dashboard, and pay the customer in another way if it names no retry.",
  }),
  subscription_unmade: (facts) => ({
    title: "A paid checkout has brought no plan",
    text: `Somebody paid, and no subscription was made of it${after(facts, "reason", "session", "checkout")}`,
    wayOut: "Open the customer in Stripe's Dashboard. Make the subscription or refund the payment.",
  }),
  second_subscription: (facts) => ({
    title: "An account has two subscriptions",
    text: `${which(facts, "subscription", "customer")} runs beside the one that counts, and the customer pays for both.`,
    wayOut: "Cancel and refund one of them in Stripe's Dashboard.",
  }),
  customer_deleted: (facts) => ({
    title: "A customer was deleted at Stripe",
    text: `${which(facts, "customer")} is gone with its card and its subscription. Nothing more is charged or granted for it.`,
    wayOut: "Nothing if you meant it. Its next purchase makes a new customer.",
  }),
  finalization_failed: (facts) => ({
    title: "Stripe cannot finalize an invoice",
    text: `The invoice ${which(facts, "invoice")} stays a draft and is not charged${after(facts, "reason", "error")}`,
    wayOut:
      "Mend in Stripe what it names, mostly a tax location or a tax id. It is finalized by itself then, or by hand.",
  }),
  unknown_price: (facts) => ({
    title: "A subscription has a price this app does not know",
    text: `${which(facts, "subscription")} is on ${said(facts, "price") ?? "a price"} that is not in plans.ts. The account keeps its last known plan.`,
    wayOut: "Put the subscription back on a price of ours in Stripe's Dashboard, or add the price to plans.ts.",
  }),
  subscription_changed: (facts) => ({
    title: "A subscription was changed at Stripe",
    text: `${which(facts, "subscription")} was changed outside this app${after(facts, "reason", "what")}`,
    wayOut: "Check that it is what you meant. The account follows what Stripe says.",
  }),
  event_dead: (facts) => ({
    title: "An event of Stripe's could not be handled",
    text: `${which(facts, "type", "event")} was given up after twelve attempts${after(facts, "error", "reason")}`,
    wayOut: "Mend what the error names, then run the event again in Admin → Checks.",
  }),
  meter_row_waits: (facts) => ({
    title: "Use waits for a decision before it can be billed",
    text: `Stripe has refused, or cannot confirm, a report of use${after(facts, "error", "reason", "state")}`,
    wayOut: "Open the account in Admin and decide the row: send it again, or write it off.",
  }),
  account_suspended: (facts) => ({
    title: "An account was suspended",
    text: `${said(facts, "amount") ? `${said(facts, "amount")} is` : "It is"} unpaid for two weeks. It can read, export and pay, nothing else.`,
    wayOut: "Nothing: paying restores it. You can forgive the invoice in Admin.",
  }),
  mail_failing: (facts) => ({
    title: "Mail does not leave",
    text: `${said(facts, "count") ?? "Some"} mails were given up${after(facts, "error", "reason")}`,
    wayOut: "Check RESEND_API_KEY and the domain at Resend. Admin → Mail sends them again.",
  }),
  mail_bounced: (facts) => ({
    title: "A customer cannot be reached",
    text: `Mail to ${which(facts, "email", "address")} came back${after(facts, "reason")}`,
    wayOut: "They see a note in the app. Reach them in another way if they owe something.",
  }),
  tick_failed: (facts) => ({
    title: "A job fails again and again",
    text: `${which(facts, "job")} has failed for a quarter of an hour${after(facts, "error", "reason")}`,
    wayOut: "Mend what the error names; the job is tried again every minute.",
  }),
};

/**
 * What an alert says to a founder, on a page and in a mail.
 * @returns words for every kind there is; one of a kind this code does not know is shown by its name
 */
export function wordsOf(facts: AlertFacts): AlertWords {
  if (!isAlertKind(facts.kind))
    return { title: facts.kind, text: `It is about ${facts.key}.`, wayOut: "Look at it in Admin." };
  const words = WORDS[facts.kind](facts);
  const own = said(facts, "text");
  return { ...words, text: own ?? words.text, wayOut: said(facts, "wayOut") ?? words.wayOut };
}

/** The order of urgency: 0 is the most urgent. */
export const urgencyOf = (kind: string): number => (isAlertKind(kind) ? ALERT_KINDS.indexOf(kind) : ALERT_KINDS.length);
