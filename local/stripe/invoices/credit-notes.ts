import type Stripe from "stripe";
import { page, pageOf } from "../core/list.ts";
import { mergeMetadata } from "../core/metadata.ts";
import type { Params } from "../core/objects.ts";
import { type Context, leftOut, type Page, type Resource, route } from "../core/resource.ts";
import { noticePage } from "../pages/frame.ts";
import { invoicePdf } from "../pages/invoice-pdf.ts";
import { type CreditNote, composeCreditNote, createCreditNote, voidCreditNote } from "./credit-note-rules.ts";
import { viewOfCreditNote } from "./view.ts";

const leftOutOfNotes = ["email_type", "shipping_cost"];

const pages: Page[] = [
  {
    method: "GET",
    path: "/credit_notes/:note/pdf",
    async handle({ path }, context) {
      const note = context.store.objects("credit_note").get(path.note ?? "");
      if (!note) {
        return {
          status: 404,
          body: noticePage("There is no such credit note", "The address may have been cut short."),
        };
      }
      return {
        headers: {
          "content-type": "application/pdf",
          "content-disposition": `attachment; filename="credit-note-${note.number}.pdf"`,
        },
        body: await invoicePdf(viewOfCreditNote(note, context.find("invoice", String(note.invoice)))),
      };
    },
  },
];

/** Credit notes: money an invoice no longer asks for, or that went back after it was paid. */
export const creditNotes: Resource = {
  routes: [
    route<Params<Stripe.CreditNoteCreateParams>>({
      method: "POST",
      path: "/v1/credit_notes",
      params: "CreditNoteCreateParams",
      handle({ params }, context) {
        leftOut(params, leftOutOfNotes);
        return createCreditNote(params, context);
      },
    }),
    route<Params<Stripe.CreditNotePreviewParams>>({
      method: "GET",
      path: "/v1/credit_notes/preview",
      params: "CreditNotePreviewParams",
      handle({ params }, context) {
        leftOut(params, leftOutOfNotes);
        return composeCreditNote(params, context);
      },
    }),
    route<Params<Stripe.CreditNoteListParams>>({
      method: "GET",
      path: "/v1/credit_notes",
      params: "CreditNoteListParams",
      handle(request, { store }) {
        const { customer, invoice } = request.params;
        return pageOf(request, "/v1/credit_notes", store.objects("credit_note"), (row) => {
          return (!customer || row.customer === customer) && (!invoice || row.invoice === invoice);
        });
      },
    }),
    route<Params<Stripe.CreditNoteRetrieveParams>>({
      method: "GET",
      path: "/v1/credit_notes/:note",
      params: "CreditNoteRetrieveParams",
      handle: ({ path }, context) => find(path.note, context),
    }),
    route<Params<Stripe.CreditNoteUpdateParams>>({
      method: "POST",
      path: "/v1/credit_notes/:note",
      params: "CreditNoteUpdateParams",
      handle({ params, path }, context) {
        const note = find(path.note, context);
        return context.update<CreditNote>("credit_note.updated", {
          ...note,
          memo: params.memo ?? note.memo,
          metadata: mergeMetadata(note.metadata, params.metadata),
        });
      },
    }),
    route<Params<Stripe.CreditNoteVoidCreditNoteParams>>({
      method: "POST",
      path: "/v1/credit_notes/:note/void",
      params: "CreditNoteVoidCreditNoteParams",
      handle: ({ path }, context) => voidCreditNote(find(path.note, context), context),
    }),
    route<Params<Stripe.CreditNoteListLineItemsParams>>({
      method: "GET",
      path: "/v1/credit_notes/:note/lines",
      params: "CreditNoteListLineItemsParams",
      handle(request, context) {
        const { id, lines } = find(request.path.note, context);
        return page(request, `/v1/credit_notes/${id}/lines`, lines.data.toReversed());
      },
    }),
  ],
  pages,
};

function find(id: string | undefined, context: Context): CreditNote {
  return context.find("credit_note", id ?? "");
}
