import { adminOrNull } from "@/lib/admin/guard";
import { env } from "@/lib/env";
import { evidenceFor } from "@/lib/finance/evidence";
import { evidenceText } from "@/lib/finance/evidence-text";
import { readPaymentUses, usesCsv } from "@/lib/finance/uses";

const PAYMENT = /^pi_[A-Za-z0-9_]{1,80}$/;

/**
 * Evidence about a payment, for platform admins: a text for Stripe's form, or with `?format=csv` each use of the credits
 * it bought. Nobody else learns that it is here.
 */
export async function GET(request: Request, { params }: { params: Promise<{ payment: string }> }): Promise<Response> {
  const nothing = new Response("There is nothing here.", { status: 404 });
  if (!(await adminOrNull())) return nothing;
  const { payment } = await params;
  if (!PAYMENT.test(payment)) return nothing;
  const found = await evidenceFor(payment);
  if (!found) return nothing;
  const asCsv = new URL(request.url).searchParams.get("format") === "csv";
  const { APP_URL } = env();
  const policies = { terms: `${APP_URL}/legal/terms`, refunds: `${APP_URL}/legal/refunds` };
  return new Response(asCsv ? usesCsv(readPaymentUses(payment)) : evidenceText(found, policies), {
    headers: {
      "content-type": `${asCsv ? "text/csv" : "text/plain"}; charset=utf-8`,
      "content-disposition": `attachment; filename="evidence-${payment}.${asCsv ? "csv" : "txt"}"`,
      "cache-control": "no-store",
    },
  });
}
