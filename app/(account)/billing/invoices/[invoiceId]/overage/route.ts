import { readInvoice } from "@/lib/invoices/read";
import { getSession } from "@/lib/session";
import { userClient } from "@/lib/supabase/server";
import { csvStream } from "@/lib/usage/csv";
import { isoDay } from "@/lib/usage/range";
import { allEntries } from "@/lib/usage/read";

/** The entries behind a line of overage (`?line=`) as CSV: every call that used more than allowance and bought credits. */
export async function GET(request: Request, { params }: { params: Promise<{ invoiceId: string }> }): Promise<Response> {
  const session = await getSession();
  if (!session) return new Response("You are signed out.", { status: 401 });
  const { invoiceId } = await params;
  const account = session.account.id;
  const client = await userClient();
  const invoice = await readInvoice(client, account, invoiceId);
  const asked = new URL(request.url).searchParams.get("line");
  const line = invoice?.lines.find(({ id, kind }) => id === asked && kind === "overage");
  if (!line) return new Response("This account has no such line of overage.", { status: 404 });
  const range = { from: line.periodStart, to: line.periodEnd };
  const name = `overage-${isoDay(range.from)}-to-${isoDay(range.to)}.csv`;
  return new Response(csvStream(allEntries(client, { account, model: null, overageOnly: true, ...range })), {
    headers: {
      "content-type": "text/csv; charset=utf-8",
      "content-disposition": `attachment; filename="${name}"`,
      "cache-control": "no-store",
    },
  });
}
