import { z } from "zod";
import { limits, takeAttempt } from "@/lib/accounts/attempts";
import { checkoutRequest } from "@/lib/checkout/product";
import { startCheckout } from "@/lib/checkout/start";
import { env } from "@/lib/env";
import { canManageBilling, getSession } from "@/lib/session";
import { readText } from "@/lib/usage/body";

const MOST_BYTES = 10_000;
const refusal = (status: number, code: string, message: string, more: object = {}) =>
  Response.json({ code, message, ...more }, { status });

/** Browsers say where a POST comes from; only our own pages may open a checkout in a person's name. */
function isSameOrigin(request: Request): boolean {
  const origin = request.headers.get("origin");
  if (origin === null) return request.headers.get("sec-fetch-site") === "same-origin";
  return origin === new URL(env().APP_URL).origin;
}

const isForm = (request: Request) => !request.headers.get("content-type")?.startsWith("application/json");

const askedSchema = z.looseObject({
  /** Whom the page was drawn for; the public pages are drawn for nobody. */
  account: z.uuid().toLowerCase().optional(),
});

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** What was asked for, as JSON or as a form without scripts, and for whom; null if nobody can read it. */
async function readAsked(request: Request): Promise<{ account?: string | undefined; product: unknown } | null> {
  const body = await readText(request, MOST_BYTES);
  if (!body.ok) return null;
  const value = isForm(request) ? Object.fromEntries(new URLSearchParams(body.text)) : parseJson(body.text);
  const parsed = askedSchema.safeParse(value);
  if (!parsed.success) return null;
  const { account, ...product } = parsed.data;
  return { account, product };
}

/** Opens Stripe's checkout for a plan or a pack, by its key and nothing else. */
export async function POST(request: Request): Promise<Response> {
  if (!isSameOrigin(request))
    return refusal(403, "foreign_origin", "A checkout can only be opened from this site's own pages.");
  const session = await getSession();
  if (!session) return refusal(401, "signed_out", "Sign in to buy.");
  if (!canManageBilling(session))
    return refusal(403, "not_allowed", "Only owners and admins of this account can buy. Ask one of them.");
  const asked = await readAsked(request);
  const product = checkoutRequest.safeParse(asked?.product);
  if (!product.success)
    return refusal(422, "unknown_product", "This plan or pack does not exist. Choose one on the pricing page.");
  const { user, account } = session;
  if (asked?.account !== undefined && asked.account !== account.id)
    return refusal(
      409,
      "other_account",
      "In another tab you switched to another account, so nothing was bought. Reload the page to buy there, or switch back.",
    );
  const attempt = await takeAttempt(limits.checkout, account.id);
  if (!attempt.ok) return refusal(429, "too_many_tries", attempt.message);
  const answer = await startCheckout(
    { account: account.id, accountName: account.name, user: user.id, email: user.email },
    product.data,
  );
  if (answer.ok)
    return isForm(request)
      ? new Response(null, { status: 303, headers: { location: answer.url } })
      : Response.json({ url: answer.url });
  const status = answer.code === "not_for_sale" ? 422 : answer.code === "stripe_unavailable" ? 503 : 409;
  return refusal(status, answer.code, answer.message, answer.url ? { payUrl: answer.url } : {});
}
