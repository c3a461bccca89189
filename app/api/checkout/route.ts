import { limits, takeAttempt } from "@/lib/accounts/attempts";
import { checkoutRequest } from "@/lib/checkout/product";
import { startCheckout } from "@/lib/checkout/start";
import { env } from "@/lib/env";
import { canManageBilling, getSession } from "@/lib/session";

const MAX_BODY_BYTES = 10_000;
const refusal = (status: number, code: string, message: string, more: object = {}) =>
  Response.json({ code, message, ...more }, { status });

/** Browsers say where a POST comes from; only our own pages may open a checkout in a person's name. */
function isSameOrigin(request: Request): boolean {
  const origin = request.headers.get("origin");
  if (origin === null) return request.headers.get("sec-fetch-site") === "same-origin";
  return origin === new URL(env().APP_URL).origin;
}

const isForm = (request: Request) => !request.headers.get("content-type")?.startsWith("application/json");

/** What was asked for, as JSON or as a form without scripts; undefined if nobody can read it. */
async function readAsked(request: Request): Promise<unknown> {
  if (Number(request.headers.get("content-length") ?? 0) > MAX_BODY_BYTES) return undefined;
  try {
    return isForm(request) ? Object.fromEntries(await request.formData()) : await request.json();
  } catch {
    return undefined;
  }
}

/** Opens Stripe's checkout for a plan or a pack, by its key and nothing else. */
export async function POST(request: Request): Promise<Response> {
  if (!isSameOrigin(request))
    return refusal(403, "foreign_origin", "A checkout can only be opened from this site's own pages.");
  const session = await getSession();
  if (!session) return refusal(401, "signed_out", "Sign in to buy.");
  if (!canManageBilling(session))
    return refusal(403, "not_allowed", "Only owners and admins of this account can buy. Ask one of them.");
  const asked = checkoutRequest.safeParse(await readAsked(request));
  if (!asked.success)
    return refusal(422, "unknown_product", "This plan or pack does not exist. Choose one on the pricing page.");
  const { user, account } = session;
  const attempt = await takeAttempt(limits.checkout, account.id);
  if (!attempt.ok) return refusal(429, "too_many_tries", attempt.message);
  const answer = await startCheckout(
    { account: account.id, accountName: account.name, user: user.id, email: user.email },
    asked.data,
  );
  if (answer.ok)
    return isForm(request)
      ? new Response(null, { status: 303, headers: { location: answer.url } })
      : Response.json({ url: answer.url });
  const status = answer.code === "not_for_sale" ? 422 : answer.code === "stripe_unavailable" ? 503 : 409;
  return refusal(status, answer.code, answer.message, answer.url ? { payUrl: answer.url } : {});
}
