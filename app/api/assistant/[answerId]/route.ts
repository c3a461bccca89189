import { z } from "zod";
import { readAnswer } from "@/lib/assistant/conversations";
import { refuse } from "@/lib/assistant/refusal";
import { readCreditSummary } from "@/lib/credits/summary";
import { getSession } from "@/lib/session";
import { userClient } from "@/lib/supabase/server";

/** How one answer stands, with what is left afterwards: what a page asks after it has stopped one. */
export async function GET(_request: Request, { params }: RouteContext<"/api/assistant/[answerId]">): Promise<Response> {
  const session = await getSession();
  if (!session) return refuse("signed_out");
  const { answerId } = await params;
  if (!z.uuid().safeParse(answerId).success) return refuse("invalid_request");

  const client = await userClient();
  const [facts, { available }] = await Promise.all([
    readAnswer(client, session.account.id, answerId),
    readCreditSummary(client, session.account.id),
  ]);
  if (!facts) return Response.json({ code: "unknown_answer" }, { status: 404 });
  return Response.json({ ...facts, available }, { headers: { "cache-control": "no-store" } });
}
