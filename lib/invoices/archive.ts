import type { SupabaseClient } from "@supabase/supabase-js";
import { strToU8, Zip, ZipDeflate, ZipPassThrough } from "fflate";
import { csvLine } from "@/lib/billing/csv";
import type { AccountId } from "@/lib/billing/units";
import { documentUrl } from "./document";
import { type Invoice, type InvoicePlace, listInvoices } from "./list";

const PAGE = 100;
const PDF_TIMEOUT_MS = 15_000;

const COLUMNS = ["number", "date", "for", "status", "currency", "total", "tax", "due", "paid_on", "file"] as const;

/** Every invoice of a year, by Stripe's date in UTC, oldest page last; what is still being prepared is left out. */
async function* invoicesOf(client: SupabaseClient, account: AccountId, year: number): AsyncGenerator<Invoice> {
  const range = { from: new Date(Date.UTC(year, 0, 1)), to: new Date(Date.UTC(year + 1, 0, 1)) };
  let after: InvoicePlace | undefined;
  for (;;) {
    const page = await listInvoices(client, account, { ...range, after, most: PAGE });
    yield* page.filter(({ status }) => status !== "draft");
    if (page.length < PAGE) return;
    after = page.at(-1);
  }
}

async function fetchPdf(invoice: Invoice): Promise<Uint8Array | null> {
  const url = await documentUrl(invoice, "pdf");
  if (!url) return null;
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(PDF_TIMEOUT_MS) });
    const bytes = new Uint8Array(await response.arrayBuffer());
    return response.ok && new TextDecoder().decode(bytes.subarray(0, 5)) === "%PDF-" ? bytes : null;
  } catch (error) {
    console.error(`The PDF of ${invoice.id} could not be fetched: ${String(error)}`);
    return null;
  }
}

const day = (date: Date | null) => date?.toISOString().slice(0, 10) ?? null;
const fileOf = ({ number, id }: Invoice) => `invoice-${(number ?? id).replace(/[^\w.-]/g, "_")}.pdf`;

function decimal(cents: number, currency: string): string {
  const format = new Intl.NumberFormat("en-US", { style: "currency", currency: currency.toUpperCase() });
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
  return (cents / 10 ** digits).toFixed(digits);
}

const csvOf = (invoice: Invoice, file: string) =>
  csvLine([
    invoice.number,
    day(invoice.createdAt),
    invoice.about,
    invoice.status,
    invoice.currency.toUpperCase(),
    Number(decimal(invoice.totalCents, invoice.currency)),
    Number(decimal(invoice.taxCents, invoice.currency)),
    Number(decimal(invoice.status === "open" ? invoice.dueCents : 0, invoice.currency)),
    day(invoice.paidAt),
    file,
  ]);

const missingWords = (missing: readonly Invoice[]) =>
  [
    "These PDFs could not be had from Stripe when this archive was made:",
    ...missing.map((invoice) => `${invoice.number ?? invoice.id}, ${day(invoice.createdAt)}, ${invoice.about}`),
    "Open them on the invoices page, or make the archive again later.",
    "",
  ].join("\r\n");

/**
 * A year's invoices as a zip, written while it is read: each PDF, `invoices.csv`, and `missing.txt` when a PDF could not
 * be had, which the list then says too. Read as the signed-in person.
 * @param year by Stripe's date of the invoice, in UTC
 */
export function yearArchive(client: SupabaseClient, account: AccountId, year: number): ReadableStream<Uint8Array> {
  const invoices = invoicesOf(client, account, year);
  const rows: string[] = [csvLine(COLUMNS)];
  const missing: Invoice[] = [];
  let zip: Zip;
  const addText = (name: string, text: string) => {
    const file = new ZipDeflate(name);
    zip.add(file);
    file.push(strToU8(text), true);
  };
  const addPdf = (invoice: Invoice, pdf: Uint8Array) => {
    const file = new ZipPassThrough(fileOf(invoice));
    file.mtime = invoice.createdAt;
    zip.add(file);
    file.push(pdf, true);
  };
  const finish = () => {
    addText("invoices.csv", rows.join(""));
    if (missing.length > 0) addText("missing.txt", missingWords(missing));
    zip.end();
  };
  return new ReadableStream({
    start(controller) {
      zip = new Zip((error, chunk, isLast) => {
        if (error) return controller.error(error);
        controller.enqueue(chunk);
        if (isLast) controller.close();
      });
    },
    // A pull that adds nothing is not followed by another, so it goes on to the next PDF there is.
    async pull() {
      for (let pdf: Uint8Array | null = null; pdf === null; ) {
        const { value: invoice, done } = await invoices.next();
        if (done) return finish();
        pdf = await fetchPdf(invoice);
        rows.push(csvOf(invoice, pdf ? fileOf(invoice) : "missing"));
        if (pdf) addPdf(invoice, pdf);
        else missing.push(invoice);
      }
    },
    async cancel() {
      zip.terminate();
      await invoices.return(undefined);
    },
  });
}
