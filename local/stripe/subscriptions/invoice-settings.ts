import type { Subscription } from "./items.ts";

type InvoiceSettings = Subscription["invoice_settings"];

interface Sent {
  account_tax_ids?: string[] | "" | null;
  custom_fields?: { name: string; value: string }[] | "" | null;
  description?: string | null;
  footer?: string | null;
}

const none: InvoiceSettings = {
  account_tax_ids: null,
  custom_fields: null,
  description: null,
  footer: null,
  issuer: { type: "self" },
};

/** What a subscription writes on its invoices, after a request: what was not sent stays, "" clears. */
export function invoiceSettings(sent: Sent | undefined, before: InvoiceSettings = none): InvoiceSettings {
  if (!sent) return before;
  return {
    ...before,
    account_tax_ids: sent.account_tax_ids === undefined ? before.account_tax_ids : sent.account_tax_ids || null,
    custom_fields: sent.custom_fields === undefined ? before.custom_fields : sent.custom_fields || null,
    description: sent.description === undefined ? before.description : sent.description || null,
    footer: sent.footer === undefined ? before.footer : sent.footer || null,
  };
}
