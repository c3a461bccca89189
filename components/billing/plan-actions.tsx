import { brand } from "@/components/brand/brand";
import { buttonVariants } from "@/components/ui/button";
import type { Entitlement } from "@/lib/billing/entitlement";

const support = (
  <a href={`mailto:${brand.supportEmail}`} className="text-accent underline underline-offset-4 hover:no-underline">
    {brand.supportEmail}
  </a>
);

/** What can be done about the plan now, with the one button that does it. */
export function PlanActions({ entitlement, canManage }: { entitlement: Entitlement; canManage: boolean }) {
  const { canChangePlan, notice, plan } = entitlement;
  if (!canManage)
    return <p className="text-13 text-muted">Only owners and admins of this account can change the plan.</p>;
  if (notice?.url)
    return (
      <>
        <a href={notice.url} className={buttonVariants({ size: "sm" })}>
          {canChangePlan === "finish_payment" ? "Finish the payment" : "Pay the invoice"}
        </a>
        <p className="text-13 text-muted">The page where you pay is Stripe&apos;s. Another card can be used there.</p>
      </>
    );
  if (canChangePlan === "yes" && plan === "free")
    return <p className="text-13 text-muted">Choose a plan below, or stay here and buy credits when you need them.</p>;
  return (
    <p className="text-13 text-muted">
      To change or cancel your plan, write to {support}. It is done within a working day, and nothing is charged after
      you cancel.
    </p>
  );
}
