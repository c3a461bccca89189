"use client";

import { useRouter } from "next/navigation";
import { useEffect, useState } from "react";
import { Button, type ButtonProps } from "@/components/ui/button";
import type { Interval, PackKey, PlanKey } from "@/lib/billing/catalogue";

/** What is bought: a plan at an interval, or a pack. */
export type Purchase = { plan: PlanKey; interval: Interval } | { pack: PackKey };

type Answer = { url: string } | Refusal;

interface Refusal {
  message: string;
  /** Where an unfinished payment can be finished. */
  payUrl?: string | undefined;
}

const UNREACHABLE = "The checkout could not be reached. Nothing was charged; please try again.";

async function openCheckout(purchase: Purchase, account: string | undefined): Promise<Answer | "signed_out"> {
  const response = await fetch("/api/checkout", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ ...purchase, account }),
  });
  if (response.status === 401) return "signed_out";
  const body: unknown = await response.json().catch(() => null);
  if (typeof body !== "object" || body === null) return { message: UNREACHABLE };
  if (response.ok && "url" in body && typeof body.url === "string") return { url: body.url };
  return {
    message: "message" in body && typeof body.message === "string" ? body.message : UNREACHABLE,
    payUrl: "payUrl" in body && typeof body.payUrl === "string" ? body.payUrl : undefined,
  };
}

interface BuyButtonProps extends Pick<ButtonProps, "variant" | "size" | "className" | "children"> {
  purchase: Purchase;
  /** Whom the page was drawn for, so that it buys for nobody else; absent on pages drawn for nobody. */
  account?: string | undefined;
  /** Read out instead of the text, where several buttons say the same. */
  label?: string;
}

/** Opens Stripe's checkout. Whoever is signed out signs up first and comes back to the prices. */
export function BuyButton({ purchase, account, label, children, ...look }: BuyButtonProps) {
  const router = useRouter();
  const [pending, setPending] = useState(false);
  const [problem, setProblem] = useState<Refusal>();

  // A browser that goes back from checkout shows this page as it was left.
  useEffect(() => {
    const comeBack = (event: PageTransitionEvent) => event.persisted && setPending(false);
    addEventListener("pageshow", comeBack);
    return () => removeEventListener("pageshow", comeBack);
  }, []);

  async function buy() {
    setPending(true);
    setProblem(undefined);
    const answer = await openCheckout(purchase, account).catch((): Refusal => ({ message: UNREACHABLE }));
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
        {problem?.payUrl && (
          <a href={problem.payUrl} className="ml-1 underline underline-offset-4 hover:no-underline">
            Finish the payment
          </a>
        )}
      </p>
    </div>
  );
}
