import { adminOrNull } from "@/lib/admin/guard";
import { grantMonthsCsv } from "@/lib/finance/export";
import { readGrantMonths } from "@/lib/finance/grant-months";
import { readFinanceMonth } from "@/lib/finance/months";

const MONTH = /^\d{4}-(0[1-9]|1[0-2])$/;

/** The paid grants behind a month that is over, as CSV, for platform admins; nobody else learns that it is here. */
export async function GET(_: Request, { params }: { params: Promise<{ month: string }> }): Promise<Response> {
  const nothing = new Response("There is nothing here.", { status: 404 });
  if (!(await adminOrNull())) return nothing;
  const { month } = await params;
  if (!MONTH.test(month)) return nothing;
  const found = await readFinanceMonth(month);
  if (!found.some(({ isClosed }) => isClosed)) return nothing;
  return new Response(grantMonthsCsv(readGrantMonths(month)), {
    headers: {
      "content-type": "text/csv; charset=utf-8",
      "content-disposition": `attachment; filename="finance-${month}-grants.csv"`,
      "cache-control": "no-store",
    },
  });
}
