"use client";

import { useRouter } from "next/navigation";
import { useEffect, useState } from "react";
import { Button, type ButtonProps } from "@/components/ui/button";

const UNREACHABLE = "The page for cards and invoices could not be reached. Please try again.";

type Answer = { url: string } | { message: string } | "signed_out";

async function openPortal(account: string, flow: "card" | "home"): Promise<Answer> {
  const response = await fetch("/api/portal", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ account, flow }),
  });
  if (response.status === 401) return "signed_out";
  const body: unknown = await response.json().catch(() => null);
  if (typeof body !== "object" || body === null) return { message: UNREACHABLE };
  if (response.ok && "url" in body && typeof body.url === "string") return { url: body.url };
  return { message: "message" in body && typeof body.message === "string" ? body.message : UNREACHABLE };
}

interface PortalButtonProps extends Pick<ButtonProps, "variant" | "size" | "className" | "children"> {
  /** The account this page was drawn for; the portal opens for no other. */
  account: string;
  /** "card" goes straight to a new card, "home" shows everything. */
  flow?: "card" | "home";
}

/** Opens Stripe's portal, where cards, invoices, tax ids and the address are kept. For owners and admins. */
export function PortalButton({ account, flow = "home", children, variant = "secondary", ...look }: PortalButtonProps) {
  const router = useRouter();
  const [pending, setPending] = useState(false);
  const [problem, setProblem] = useState<string>();

  // A browser that goes back from the portal shows this page as it was left.
  useEffect(() => {
    const comeBack = (event: PageTransitionEvent) => event.persisted && setPending(false);
    addEventListener("pageshow", comeBack);
    return () => removeEventListener("pageshow", comeBack);
  }, []);

  async function open() {
    setPending(true);
    setProblem(undefined);
    const answer = await openPortal(account, flow).catch((): Answer => ({ message: UNREACHABLE }));
    if (answer === "signed_out") return router.push("/sign-in?next=/billing");
    if ("url" in answer) return location.assign(answer.url);
    setProblem(answer.message);
    setPending(false);
  }

  return (
    <div className="flex flex-col items-start gap-2">
      <Button {...look} variant={variant} pending={pending} onClick={open}>
        {children}
      </Button>
      <p role="alert" className="text-13 text-danger empty:hidden">
        {problem}
      </p>
    </div>
  );
}
