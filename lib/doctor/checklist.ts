/** A setting that Stripe offers in its Dashboard alone, with the value this product assumes. */
export interface Setting {
  readonly what: string;
  readonly where: string;
  readonly value: string;
  readonly why: string;
}

/** What no program can check: to be ticked by a person, once in test mode and once in live mode. */
export const CHECKLIST: readonly Setting[] = [
  {
    what: "Retries of failed payments, and what comes after the last",
    where: "Billing → Revenue recovery → Retries",
    value: "Smart Retries, 8 within 2 weeks; then leave the subscription past due",
    why: "Warnings, the downgrade on day 7 and the end on day 14 are ours. If Stripe cancels first, nobody can recover by paying.",
  },
  {
    what: "Mails to customers: failed payments, expiring cards",
    where: "Settings → Billing → Customer emails",
    value: "failed payments off; expiring cards on",
    why: "We write about failed payments ourselves, with what it means for the plan. About cards that expire we do not.",
  },
  {
    what: "Mails to customers: receipts of payments and refunds",
    where: "Settings → Business → Customer emails → Successful payments, Refunds",
    value: "off",
    why: "Each charge has a receipt from us, which also says how to cancel; so has each refund. Both would come twice.",
  },
  {
    what: "Mails to customers: renewals and trials",
    where: "Settings → Billing → Customer emails → Upcoming renewals, Trial ending",
    value: "off",
    why: "We write 20 days before a yearly renewal, and 7 days and 1 day before a trial ends, by our own clock.",
  },
  {
    what: "Grace period of invoices",
    where: "Settings → Billing → Invoices → Finalization",
    value: "1 hour",
    why: "A period's last usage is sent within that hour. Shorter, and it lands on the next invoice.",
  },
  {
    what: "Numbers of invoices",
    where: "Settings → Billing → Invoices → Numbering",
    value: "sequential across the account",
    why: "Many tax offices want one unbroken series from the seller, not one for each customer. Choose before the first sale.",
  },
  {
    what: "Days of the event invoice.upcoming",
    where: "Settings → Billing → Subscriptions and emails",
    value: "any",
    why: "Nothing here listens to it; our reminders go by our own clock.",
  },
  {
    what: "Billing automations",
    where: "Billing → Automations",
    value: "none that cancels, pauses or collects",
    why: "They would act beside our own rules, and Stripe's interface does not show them.",
  },
  {
    what: "Public details and the statement descriptor",
    where: "Settings → Business → Public details",
    value: "your name, support address, and addresses of terms, privacy and refunds",
    why: "Checkout, invoices and card statements show them. A name that nobody recognizes is the commonest cause of disputes.",
  },
  {
    what: "Branding",
    where: "Settings → Business → Branding",
    value: "your logo and the accent of components/brand/accent.css",
    why: "Checkout, the portal and invoices should look like the app one came from.",
  },
  {
    what: "Tax registrations",
    where: "Tax → Registrations",
    value: "everywhere you must collect; then policy.collectTax: true",
    why: "Prices are without tax. With the switch off no tax is charged, whatever you owe.",
  },
  {
    what: "Rules against fraud",
    where: "Radar → Rules",
    value: "block if the CVC or postcode check fails; ask for 3D Secure when the bank wants it",
    why: "Pay as you go gives credit. Our trust cap bounds what a stolen card can cost, and Radar how often.",
  },
  {
    what: "One subscription for each customer",
    where: "Settings → Payments → Checkout and Payment Links → Subscriptions",
    value: "limit customers to 1 subscription",
    why: "A second belt: we refuse a second one, and refund it when two tabs were quicker.",
  },
];
