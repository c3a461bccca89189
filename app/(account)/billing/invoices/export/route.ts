import { now } from "@/lib/clock";
import { yearArchive } from "@/lib/invoices/archive";
import { getSession } from "@/lib/session";
import { userClient } from "@/lib/supabase/server";

const YEAR = /^20\d\d$/;

/** A year's invoices (`?year=2026`) as a zip of their PDFs and a table. Whoever belongs to the account may have it. */
export async function GET(request: Request): Promise<Response> {
  const session = await getSession();
  if (!session) return new Response("You are signed out.", { status: 401 });
  const asked = new URL(request.url).searchParams.get("year") ?? String(now().getUTCFullYear());
  if (!YEAR.test(asked)) return new Response("Ask for a year, such as ?year=2026.", { status: 422 });
  return new Response(yearArchive(await userClient(), session.account.id, Number(asked)), {
    headers: {
      "content-type": "application/zip",
      "content-disposition": `attachment; filename="invoices-${asked}.zip"`,
      "cache-control": "no-store",
    },
  });
}
