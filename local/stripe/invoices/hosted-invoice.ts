import { StripeError } from "../core/error.ts";
import type { Context, Page, PageAnswer } from "../core/resource.ts";
import { authenticationPage } from "../pages/authentication-page.ts";
import { type Mistakes, nothingTyped, type TypedPayment } from "../pages/fields.ts";
import { noticePage } from "../pages/frame.ts";
import { invoicePage } from "../pages/invoice-page.ts";
import { invoicePdf } from "../pages/invoice-pdf.ts";
import { readCard, readTypedPayment } from "../pages/typed-payment.ts";
import { writeMoney } from "../pages/wording.ts";
import { createCard } from "../resources/payment-method-rules.ts";
import { declineError, finishAuthentication } from "../resources/payments.ts";
import { attemptInvoice } from "./collect.ts";
import type { Invoice } from "./draft.ts";
import { intentOf } from "./payment.ts";
import { viewOfInvoice } from "./view.ts";

/** The pages of an invoice: what it says, paying it, and its PDF. */
export const invoicePages: Page[] = [
  {
    method: "GET",
    path: "/i/:token",
    handle: ({ path }, context) => withInvoice(path.token, context, (invoice) => draw(invoice, nothingTyped, {}, null)),
  },
  {
    method: "POST",
    path: "/i/:token",
    handle: ({ path, form }, context) =>
      withInvoice(path.token, context, (invoice) => answerForm(invoice, form, context)),
  },
  {
    method: "GET",
    path: "/i/:token/pdf",
    handle: ({ path }, context) =>
      withInvoice(path.token, context, async (invoice) => ({
        headers: {
          "content-type": "application/pdf",
          "content-disposition": `attachment; filename="invoice-${invoice.number}.pdf"`,
        },
        body: await invoicePdf(viewOfInvoice(invoice)),
      })),
  },
];

function withInvoice(
  token: string | undefined,
  context: Context,
  show: (invoice: Invoice) => PageAnswer | Promise<PageAnswer>,
): PageAnswer | Promise<PageAnswer> {
  const invoice = context.store.objects("invoice").get(`in_${token}`);
  if (invoice && invoice.status !== "draft") return show(invoice);
  return { status: 404, body: noticePage("There is no such invoice", "The address may have been cut short.") };
}

function answerForm(invoice: Invoice, form: Record<string, string>, context: Context): PageAnswer {
  const typed = readTypedPayment(form);
  if (invoice.status !== "open" && invoice.status !== "uncollectible") return draw(invoice, typed, {}, null);
  if (form.act !== "pay") return authenticated(invoice, form, typed, context);
  const read = readCard(typed, new Date(context.now() * 1000));
  if ("mistakes" in read) return { ...draw(invoice, typed, read.mistakes, null), status: 422 };
  const alert = payWith(invoice, read.card, typed, context);
  const after = context.find("invoice", invoice.id);
  const intent = intentOf(after, context);
  const current = intent ? context.find("payment_intent", intent) : null;
  if (after.status === "open" && current?.status === "requires_action") {
    const amount = writeMoney(current.amount, current.currency);
    return { body: authenticationPage({ address: addressOf(invoice), amount, typed }) };
  }
  return alert ? { ...draw(after, typed, {}, alert), status: 402 } : seeInvoice(invoice);
}

function payWith(
  invoice: Invoice,
  card: Parameters<typeof createCard>[1],
  typed: TypedPayment,
  context: Context,
): string | null {
  try {
    const method = createCard(context, card, { email: invoice.customer_email, name: typed.name });
    const { error } = attemptInvoice(invoice, { by: "person", paymentMethod: method.id }, context);
    return error ? triedAnother(error.message) : null;
  } catch (error) {
    if (error instanceof StripeError && error.body.type === "card_error") return triedAnother(error.message);
    throw error;
  }
}

function authenticated(
  invoice: Invoice,
  form: Record<string, string>,
  typed: TypedPayment,
  context: Context,
): PageAnswer {
  const intent = finishAuthentication(context, intentOf(invoice, context) ?? "", form.act === "authenticate");
  if (intent.status === "succeeded") return seeInvoice(invoice);
  const after = context.find("invoice", invoice.id);
  return { ...draw(after, typed, {}, triedAnother(declineError(intent).message)), status: 402 };
}

function draw(invoice: Invoice, typed: TypedPayment, mistakes: Mistakes, alert: string | null): PageAnswer {
  return { body: invoicePage(viewOfInvoice(invoice), { typed, mistakes, alert }) };
}

function seeInvoice(invoice: Invoice): PageAnswer {
  return { status: 303, headers: { location: addressOf(invoice) }, body: "" };
}

function addressOf(invoice: Invoice): string {
  return `/i/${invoice.id.slice(3)}`;
}

function triedAnother(message: string): string {
  return `${message} Nothing was charged. Try another card.`;
}
