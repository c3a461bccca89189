import PDFDocument from "pdfkit";
import { type InvoiceView, says } from "./invoice-page.ts";

const left = 56;
const right = 539;

/** Writes an invoice as a PDF on A4, in as many pages as its lines need. */
export async function invoicePdf(view: InvoiceView): Promise<Uint8Array> {
  const document = new PDFDocument({
    size: "A4",
    margin: left,
    info: { Title: `Invoice ${view.number}`, Author: view.seller },
  });
  const chunks: Uint8Array[] = [];
  const written = new Promise<Uint8Array>((resolve, reject) => {
    document.on("data", (chunk: Uint8Array) => chunks.push(chunk));
    document.on("end", () => resolve(Buffer.concat(chunks)));
    document.on("error", reject);
  });
  writeHead(document, view);
  writeLines(document, view);
  writeFoot(document, view);
  document.end();
  return written;
}

type Document = InstanceType<typeof PDFDocument>;

function writeHead(document: Document, view: InvoiceView): void {
  document.font("Helvetica-Bold").fontSize(20).text("Invoice", left, 56);
  document.font("Helvetica").fontSize(10).fillColor("#555").text("Local stand-in for Stripe: no money moved.");
  document.moveDown().fillColor("#111").text(`Number: ${view.number}`).text(`Status: ${view.statusText}`);
  for (const date of view.dates) document.text(`${date.label}: ${date.value}`);
  document.moveDown().font("Helvetica-Bold").text("From").font("Helvetica").text(view.seller);
  document.moveDown().font("Helvetica-Bold").text("To").font("Helvetica");
  for (const line of view.customer) document.text(line);
  if (says(view)) document.moveDown().text(view.description ?? "");
  document.moveDown(2);
}

function writeLines(document: Document, view: InvoiceView): void {
  rule(document);
  for (const line of view.lines) {
    row(document, line.description, line.amount);
    document.fillColor("#555").fontSize(9).text(line.period, left).fontSize(10).fillColor("#111").moveDown(0.5);
  }
  rule(document);
  for (const sum of view.sums) row(document, sum.label, sum.amount);
  document.font("Helvetica-Bold");
  row(document, view.due.label, view.due.amount);
  document.font("Helvetica");
}

function writeFoot(document: Document, view: InvoiceView): void {
  if (view.footer) document.moveDown(2).fillColor("#555").fontSize(9).text(view.footer, left);
}

function row(document: Document, label: string, amount: string): void {
  if (document.y > 740) document.addPage();
  const top = document.y;
  document.text(amount, right - 120, top, { width: 120, align: "right" });
  document.text(label, left, top, { width: 340 });
}

function rule(document: Document): void {
  const y = document.y + 4;
  document.moveTo(left, y).lineTo(right, y).strokeColor("#ccc").stroke();
  document.y = y + 10;
}
