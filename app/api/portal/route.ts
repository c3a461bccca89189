import { z } from "zod";
import { limits, takeAttempt } from "@/lib/accounts/attempts";
import { openPortal } from "@/lib/portal/open";
import { canManageBilling, getSession } from "@/lib/session";
import { isSameOrigin } from "../same-origin";

const MAX_BODY_BYTES = 1_000;
const asked = z.strictObject({ account: z.string().max(36), flow: z.enum(["home", "card"]).default("home") });
const STATUS = { no_customer: 409, not_set_up: 503, stripe_unavailable: 503 } as const;

const refusal = (status: number, code: string, message: string) => Response.json({ code, message }, { status });

async function readAsked(request: Request): Promise<unknown> {
  if (Number(request.headers.get("content-length") ?? 0) > MAX_BODY_BYTES) return undefined;
  try {
    return await request.json();
  } catch {
    return undefined;
  }
}

/** Opens Stripe's portal (card, invoices, tax ids, address) for the account that the page was drawn for. */
export async function POST(request: Request): Promise<Response> {
  if (!isSameOrigin(request))
    return refusal(403, "foreign_origin", "This can only be opened from this site's own pages.");
  const session = await getSession();
  if (!session) return refusal(401, "signed_out", "Sign in to manage cards and invoices.");
  if (!canManageBilling(session))
    return refusal(
      403,
      "not_allowed",
      "Only owners and admins of this account can manage its cards and invoices. Ask one of them.",
    );
  const wanted = asked.safeParse(await readAsked(request));
  if (!wanted.success) return refusal(422, "invalid_request", "This page is out of date. Reload it and try again.");
  if (wanted.data.account !== session.account.id)
    return refusal(
      409,
      "other_account",
      `You have switched to ${session.account.name} in another tab. Reload this page, so that you manage the account you see.`,
    );
  const attempt = await takeAttempt(limits.portal, session.account.id);
  if (!attempt.ok) return refusal(429, "too_many_tries", attempt.message);
  const answer = await openPortal({ account: session.account.id, flow: wanted.data.flow, returnPath: "/billing" });
  return answer.ok ? Response.json({ url: answer.url }) : refusal(STATUS[answer.code], answer.code, answer.message);
}
