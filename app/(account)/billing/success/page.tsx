import type { Metadata } from "next";
import { FollowCheckout } from "@/components/billing/follow-checkout";
import { allowanceOf } from "@/lib/billing/entitlement";
import { readCheckout } from "@/lib/checkout/progress";
import { userClient } from "@/lib/supabase/server";
import { readAccount } from "../../account";

export const metadata: Metadata = { title: "Your purchase" };

export default async function SuccessPage({ searchParams }: PageProps<"/billing/success">) {
  const { standing, entitlement } = await readAccount();
  const { session_id: given } = await searchParams;
  const sessionId = typeof given === "string" ? given : "";
  const initial = sessionId ? await readCheckout(await userClient(), sessionId) : ({ status: "unknown" } as const);
  const endsAt = entitlement.notice?.code === "trial_ends" ? entitlement.notice.at : undefined;
  return (
    <FollowCheckout
      sessionId={sessionId}
      initial={initial}
      trial={endsAt ? { endsAt: endsAt.toISOString(), credits: allowanceOf(entitlement, standing) } : null}
      isTrialRefused={entitlement.notice?.code === "trial_refused"}
    />
  );
}
