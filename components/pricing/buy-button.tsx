"use client";

import { useRouter } from "next/navigation";
import { useState } from "react";
import { Button, type ButtonProps } from "@/components/ui/button";
import type { Interval, PackKey, PlanKey } from "@/lib/billing/catalogue";

/** What is bought: a plan at an interval, or a pack. */
export type Purchase = { plan: PlanKey; interval: Interval } | { pack: PackKey };

type Answer = { url: string } | Refusal;

interface Refusal {
  message: string;
  /** Where it can be mended. */
  mendUrl?: string | undefined;
}

const UNREACHABLE = "The checkout could not be reached. Nothing was charged; please try again.";

async function openCheckout(purchase: Purchase): Promise<Answer | "signed_out"> {
  const response = await fetch("/api/checkout", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(purchase),
  });
  if (response.status === 401) return "signed_out";
  const body: unknown = await response.json().catch(() => null);
  if (typeof body !== "object" || body === null) return { message: UNREACHABLE };
  const url = "url" in body && typeof body.url === "string" ? body.url : undefined;
  if (response.ok && url) return { url };
  return {
    message: "message" in body && typeof body.message === "string" ? body.message : UNREACHABLE,
    mendUrl: url,
  };
}

interface BuyButtonProps extends Pick<ButtonProps, "variant" | "size" | "className" | "children"> {
  purchase: Purchase;
  /** Read out instead of the text, where several buttons say the same. */
  label?: string;
}

/** Opens Stripe's checkout. Whoever is signed out signs up first and comes back to the prices. */
export function BuyButton({ purchase, label, children, ...look }: BuyButtonProps) {
  const router = useRouter();
  const [pending, setPending] = useState(false);
  const [problem, setProblem] = useState<Refusal>();

  async function buy() {
    setPending(true);
    setProblem(undefined);
    const answer = await openCheckout(purchase).catch((): Refusal => ({ message: UNREACHABLE }));
    if (answer === "signed_out") return router.push("/sign-up?next=/pricing");
    if ("url" in answer) return location.assign(answer.url);
    setProblem(answer);
    setPending(false);
  }

  return (
    <div className="flex flex-col gap-2">
      <Button {...look} aria-label={label} pending={pending} onClick={buy}>
        {children}
      </Button>
      <p role="alert" className="text-13 text-danger empty:hidden">
        {problem?.message}
        {problem?.mendUrl && (
          <a href={problem.mendUrl} className="ml-1 underline underline-offset-4 hover:no-underline">
            Finish the payment
          </a>
        )}
      </p>
    </div>
  );
}
