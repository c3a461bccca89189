import type { Route } from "next";
import Link from "next/link";
import { VerbForm } from "@/components/billing/verb-form";
import { buttonVariants } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { PageHeader } from "@/components/ui/page-header";
import type { ChangePreview } from "@/lib/subscriptions/preview";
import { resumePlan } from "../../actions";

type Refused = Extract<ChangePreview, { ok: false }>;

const titles: Record<Refused["code"], string> = {
  not_offered: "This change cannot be made",
  pay_first: "An invoice has to be paid first",
  resume_first: "Your plan is about to end",
  payment_pending: "An earlier change waits for its payment",
  no_subscription: "There is no plan to change yet",
  stripe_unavailable: "The preview could not be made just now",
};

/** Why there is nothing to agree to, and the one thing to do about it. */
export function NoPreview({ refusal, account }: { refusal: Refused; account: string }) {
  const { code, message, url } = refusal;
  return (
    <div className="flex flex-col gap-6">
      <PageHeader title="Change plan" />
      <EmptyState
        title={titles[code]}
        action={
          <div className="flex flex-wrap items-start justify-center gap-2">
            {url && (
              <a href={url} className={buttonVariants()}>
                {code === "pay_first" ? "Pay the invoice" : "Finish the payment"}
              </a>
            )}
            {code === "resume_first" && (
              <VerbForm action={resumePlan} account={account}>
                Resume my plan
              </VerbForm>
            )}
            <Link
              href={"/billing/plan" as Route}
              className={buttonVariants({ variant: url || code === "resume_first" ? "secondary" : "primary" })}
            >
              {code === "stripe_unavailable" ? "Back, and try again" : "See the plans"}
            </Link>
          </div>
        }
      >
        {message}
      </EmptyState>
    </div>
  );
}
