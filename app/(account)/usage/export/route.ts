import { now } from "@/lib/clock";
import { getSession } from "@/lib/session";
import { readMyStanding } from "@/lib/standing";
import { userClient } from "@/lib/supabase/server";
import { csvStream } from "@/lib/usage/csv";
import { filterOf, isoDay, periodOf } from "@/lib/usage/range";
import { allEntries } from "@/lib/usage/read";

/** The entries of the usage page as CSV, with the same filters in the address. */
export async function GET(request: Request): Promise<Response> {
  const session = await getSession();
  if (!session) return new Response("You are signed out.", { status: 401 });
  const account = session.account.id;
  const client = await userClient();
  const { subscription } = await readMyStanding(client, account);
  const at = now();
  const parameters = Object.fromEntries(new URL(request.url).searchParams);
  const filter = filterOf(parameters, periodOf(subscription, at), at);
  const name = `usage-${isoDay(filter.from)}-to-${isoDay(new Date(filter.to.getTime() - 1))}.csv`;
  return new Response(csvStream(allEntries(client, { account, ...filter })), {
    headers: {
      "content-type": "text/csv; charset=utf-8",
      "content-disposition": `attachment; filename="${name}"`,
      "cache-control": "no-store",
    },
  });
}
