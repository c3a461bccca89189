import { creditNoteUrl } from "@/lib/invoices/document";
import { hasCreditNote } from "@/lib/invoices/returned";
import { getSession } from "@/lib/session";
import { userClient } from "@/lib/supabase/server";

/** Leads to the PDF of a credit note on an invoice of this account, at an address that is valid now. */
export async function GET(
  _request: Request,
  { params }: { params: Promise<{ invoiceId: string; note: string }> },
): Promise<Response> {
  const session = await getSession();
  if (!session) return new Response("You are signed out.", { status: 401 });
  const { invoiceId, note } = await params;
  if (!(await hasCreditNote(await userClient(), session.account.id, invoiceId, note)))
    return new Response("This account has no such credit note.", { status: 404 });
  const url = await creditNoteUrl(note);
  if (!url) return new Response("Stripe does not answer. Try again in a minute.", { status: 502 });
  return new Response(null, { status: 303, headers: { location: url, "cache-control": "no-store" } });
}
