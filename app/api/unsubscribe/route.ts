import { chooseMail } from "@/lib/email/choices";
import { readUnsubscribeToken } from "@/lib/email/unsubscribe";

/**
 * One press in a mail program (RFC 8058): the signed token in the address says who, and of which kind of mail. Opening
 * the address does nothing, since programs open links to look at them.
 */
export async function POST(request: Request): Promise<Response> {
  const wish = readUnsubscribeToken(new URL(request.url).searchParams.get("token"));
  if (!wish) return Response.json({ code: "unknown_token" }, { status: 404 });
  await chooseMail(wish.user, wish.kind, false);
  return Response.json({ code: "stopped" });
}
