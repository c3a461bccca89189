import { adminOrNull } from "@/lib/admin/guard";
import { monthsCsv } from "@/lib/finance/export";
import { readFinanceMonths } from "@/lib/finance/months";

/** The books of all months as CSV, for platform admins; nobody else learns that it is here. */
export async function GET(): Promise<Response> {
  if (!(await adminOrNull())) return new Response("There is nothing here.", { status: 404 });
  return new Response(monthsCsv(await readFinanceMonths()), {
    headers: {
      "content-type": "text/csv; charset=utf-8",
      "content-disposition": 'attachment; filename="finance.csv"',
      "cache-control": "no-store",
    },
  });
}
