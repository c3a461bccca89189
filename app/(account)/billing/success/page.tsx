import type { Metadata } from "next";
import { FollowCheckout } from "@/components/billing/follow-checkout";
import { readCheckout } from "@/lib/checkout/progress";
import { userClient } from "@/lib/supabase/server";
import { readAccount } from "../../account";

export const metadata: Metadata = { title: "Your purchase" };

export default async function SuccessPage({ searchParams }: PageProps<"/billing/success">) {
  await readAccount();
  const { session_id: given } = await searchParams;
  const sessionId = typeof given === "string" ? given : "";
  const initial = sessionId ? await readCheckout(await userClient(), sessionId) : ({ status: "unknown" } as const);
  return <FollowCheckout sessionId={sessionId} initial={initial} />;
}
