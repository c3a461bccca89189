import { documentUrl } from "@/lib/invoices/document";
import { readInvoice } from "@/lib/invoices/read";
import { getSession } from "@/lib/session";
import { userClient } from "@/lib/supabase/server";

/** Leads to Stripe's page of an invoice, or its PDF (`?as=pdf`), at an address that is valid now. */
export async function GET(request: Request, { params }: { params: Promise<{ invoiceId: string }> }): Promise<Response> {
  const session = await getSession();
  if (!session) return new Response("You are signed out.", { status: 401 });
  const { invoiceId } = await params;
  const invoice = await readInvoice(await userClient(), session.account.id, invoiceId);
  const kind = new URL(request.url).searchParams.get("as") === "pdf" ? "pdf" : "page";
  const url = invoice && (await documentUrl(invoice, kind));
  if (!url) return new Response("This account has no such invoice.", { status: 404 });
  return new Response(null, { status: 303, headers: { location: url, "cache-control": "no-store" } });
}
