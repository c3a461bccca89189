import { after } from "next/server";
import { z } from "zod";
import { readCheckout } from "@/lib/checkout/progress";
import { reconcileCheckouts } from "@/lib/events/reconcile";
import { getSession } from "@/lib/session";
import { userClient } from "@/lib/supabase/server";

const query = z.object({ session_id: z.string().regex(/^cs_\w{1,120}$/) });

async function askStripe(): Promise<void> {
  try {
    await reconcileCheckouts();
  } catch (error) {
    console.error("Open checkouts were not reconciled; the next tick tries again.", error);
  }
}

/** How far a purchase has come, for the success page to follow. It shows; it grants nothing. */
export async function GET(request: Request): Promise<Response> {
  const headers = { "cache-control": "no-store" };
  if (!(await getSession())) return Response.json({ code: "signed_out" }, { status: 401, headers });
  const asked = query.safeParse(Object.fromEntries(new URL(request.url).searchParams));
  if (!asked.success) return Response.json({ status: "unknown" }, { status: 404, headers });
  const progress = await readCheckout(await userClient(), asked.data.session_id);
  if (progress.status === "pending") after(askStripe);
  return Response.json(progress, { status: progress.status === "unknown" ? 404 : 200, headers });
}
