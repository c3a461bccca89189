import type { Metadata, Route } from "next";
import Link from "next/link";
import { CancelForm, EndNow } from "@/components/billing/cancel-form";
import { cancelWords } from "@/components/billing/cancel-words";
import { Sentences } from "@/components/billing/change-preview";
import { Done } from "@/components/billing/done";
import { canCancel, isRunning } from "@/components/billing/plan-steps";
import { VerbForm } from "@/components/billing/verb-form";
import { Banner } from "@/components/ui/banner";
import { buttonVariants } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { PageHeader } from "@/components/ui/page-header";
import { formatDate } from "@/lib/billing/format";
import { canManageBilling } from "@/lib/session";
import { readAccount } from "../../account";
import { cancelPlan, endPlanNow, resumePlan } from "../actions";
import { ownCredits } from "../own-credits";

export const metadata: Metadata = { title: "Cancel plan" };

const toBilling = (
  <Link href={"/billing" as Route} className={buttonVariants({ variant: "secondary" })}>
    To billing
  </Link>
);

export default async function CancelPage() {
  const { session, standing, entitlement, summary, at } = await readAccount();
  const { subscription } = standing;
  const account = session.account.id;
  const words = cancelWords(standing, entitlement, ownCredits(summary, at));
  if (!canManageBilling(session))
    return (
      <div className="flex flex-col gap-6">
        <PageHeader title="Cancel plan" />
        <Banner title="Only owners and admins of this account can cancel its plan">Ask one of them.</Banner>
      </div>
    );

  if (subscription?.endingRequestedAt && subscription.status !== "canceled")
    return (
      <div className="flex max-w-2xl flex-col items-start gap-6 py-4">
        <Done heading="h1" title="Your plan has ended">
          {subscription.meteredItem
            ? "What you used beyond your credits is being billed, which takes up to ten minutes. A confirmation comes by mail."
            : "Nothing more is charged. A confirmation comes by mail."}
        </Done>
        <Sentences title="What you keep" sentences={words.kept} />
        {toBilling}
      </div>
    );

  if (subscription?.cancelAt && isRunning(standing))
    return (
      <div className="flex max-w-2xl flex-col gap-6 py-4">
        <Done heading="h1" title={`Your plan is canceled and ends on ${formatDate(subscription.cancelAt)}`}>
          Until then you can use everything. If you change your mind, resume it: nothing is charged for that.
        </Done>
        <div className="flex flex-wrap items-start gap-2">
          <VerbForm action={resumePlan} account={account}>
            Resume my plan
          </VerbForm>
          {toBilling}
        </div>
        <Sentences title="What you keep" sentences={words.kept} />
        <section className="flex flex-col items-start gap-3 border-t border-border pt-6">
          <Sentences title="Or end it at once" sentences={words.lostNow} />
          <EndNow account={account} endNow={endPlanNow} lost={words.lostNow} />
        </section>
      </div>
    );

  if (!canCancel(standing) || entitlement.canChangePlan === "admin")
    return (
      <div className="flex flex-col gap-6">
        <PageHeader title="Cancel plan" />
        <EmptyState title="There is no plan to cancel here" action={toBilling}>
          {entitlement.canChangePlan === "admin"
            ? "Your terms were agreed with a person, and end as they say. Write to us to end them."
            : "You are on the Free plan, and nothing is charged."}
        </EmptyState>
      </div>
    );

  return (
    <div className="flex max-w-3xl flex-col gap-6">
      <PageHeader
        title={words.title}
        description={words.endsOn ? `It ends on ${words.endsOn}.` : "It ends with what is paid."}
      />
      <div className="grid gap-6 sm:grid-cols-2">
        <Sentences title="What happens" sentences={words.ends} />
        <Sentences title="What you keep" sentences={words.kept} />
      </div>
      <CancelForm account={account} cancel={cancelPlan} confirm={words.confirm} />
      <section className="flex flex-col items-start gap-3 border-t border-border pt-6">
        <Sentences title="Or end it at once" sentences={words.lostNow} />
        <EndNow account={account} endNow={endPlanNow} lost={words.lostNow} />
      </section>
    </div>
  );
}
