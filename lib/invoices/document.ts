import Stripe from "stripe";
import { stripe } from "@/lib/stripe/client";
import type { Invoice } from "./list";

/** Somebody has clicked and waits. */
const PATIENCE = { timeout: 6_000, maxNetworkRetries: 0 } as const;

/** Stripe's page of an invoice, where it can be read and paid, or its PDF. */
export type DocumentKind = "page" | "pdf";

/**
 * Where a document of an invoice is now. Stripe's addresses end after some weeks, so it is asked for a fresh one; if it
 * does not answer, the last one known.
 * @returns null if there is none, as for a draft
 */
export async function documentUrl(
  invoice: Pick<Invoice, "id" | "hostedUrl" | "pdfUrl">,
  kind: DocumentKind,
): Promise<string | null> {
  const known = kind === "pdf" ? invoice.pdfUrl : invoice.hostedUrl;
  try {
    const fresh = await stripe().invoices.retrieve(invoice.id, {}, PATIENCE);
    return (kind === "pdf" ? fresh.invoice_pdf : fresh.hosted_invoice_url) ?? known;
  } catch (error) {
    if (!(error instanceof Stripe.errors.StripeError)) throw error;
    console.error(`Stripe did not say where ${invoice.id} is: ${error.message}`);
    return known;
  }
}

/**
 * Where the PDF of a credit note is now. Stripe is asked, since its addresses end after some weeks.
 * @returns null if Stripe does not answer
 */
export async function creditNoteUrl(note: string): Promise<string | null> {
  try {
    return (await stripe().creditNotes.retrieve(note, {}, PATIENCE)).pdf;
  } catch (error) {
    if (!(error instanceof Stripe.errors.StripeError)) throw error;
    console.error(`Stripe did not say where the credit note ${note} is: ${error.message}`);
    return null;
  }
}
