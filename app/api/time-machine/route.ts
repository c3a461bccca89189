import { hasTimeMachine } from "@/lib/time-machine/double";
import { readMove, readTimeMachine } from "@/lib/time-machine/read";

export const dynamic = "force-dynamic";

const headers = { "cache-control": "no-store" };

/** What the toolbar shows; `?only=clock` while it watches the clock move. Outside local mode there is no such address. */
export async function GET(request: Request): Promise<Response> {
  if (!hasTimeMachine()) return Response.json({ code: "not_found" }, { status: 404, headers });
  if (new URL(request.url).searchParams.get("only") === "clock") return Response.json(readMove(), { headers });
  return Response.json(await readTimeMachine(), { headers });
}
