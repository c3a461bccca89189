import type { Metadata, Route } from "next";
import Link from "next/link";
import { redirect } from "next/navigation";
import { ChangePreview, Sentences } from "@/components/billing/change-preview";
import { changeWords, type PaidPlan, planInAWord } from "@/components/billing/change-words";
import { ConfirmChange } from "@/components/billing/confirm-change";
import { soldPlan } from "@/components/billing/plan-words";
import { Banner } from "@/components/ui/banner";
import { PageHeader } from "@/components/ui/page-header";
import { planOf } from "@/lib/billing/offers";
import { plans } from "@/lib/billing/plans";
import { canManageBilling } from "@/lib/session";
import { previewChange } from "@/lib/subscriptions/preview";
import { readAccount } from "../../../account";
import { changePlan } from "../../actions";
import { ownCredits } from "../../own-credits";
import { NoPreview } from "./no-preview";

export const metadata: Metadata = { title: "Change plan" };

export default async function ChangePage({ searchParams }: PageProps<"/billing/plan/change">) {
  const { plan: asked, interval: paid, expired } = await searchParams;
  const target = plans.find(({ key }) => key === asked);
  if (!target) redirect("/billing/plan" as Route);
  if (target.key === "free") redirect("/billing/cancel" as Route);
  const { session, standing, entitlement, summary, at } = await readAccount();
  if (!canManageBilling(session)) redirect("/billing/plan" as Route);
  const to: PaidPlan = { plan: planOf(target.key), interval: paid === "yearly" ? "yearly" : "monthly" };
  const preview = await previewChange({
    account: session.account.id,
    change: { plan: to.plan.key, interval: to.interval },
  });
  if (!preview.ok) return <NoPreview refusal={preview} account={session.account.id} />;

  const from: PaidPlan = {
    plan: soldPlan(standing.subscription, entitlement),
    interval: standing.subscription?.interval ?? "monthly",
  };
  const words = changeWords(preview, {
    from,
    to,
    bought: ownCredits(summary, at).bought,
    replaced: standing.subscription?.scheduled ?? null,
  });
  return (
    <div className="flex max-w-4xl flex-col gap-6">
      <PageHeader title={words.title} description={words.when} />
      {expired && (
        <Banner tone="warning" title="The preview was too old, so it was made again">
          Nothing has been charged or changed. Look at the sums below once more, then agree.
        </Banner>
      )}
      <dl className="grid gap-x-8 gap-y-1 text-sm sm:grid-cols-[5rem_1fr]">
        <dt className="text-muted">Now</dt>
        <dd>
          <span className="font-medium">{from.plan.name}</span>: {planInAWord(from)}
        </dd>
        <dt className="text-muted">Then</dt>
        <dd>
          <span className="font-medium">{to.plan.name}</span>: {planInAWord(to)}
        </dd>
      </dl>
      <ChangePreview words={words} />
      <Sentences title="What you lose" sentences={words.lost} />
      <Sentences title="What stays" sentences={words.kept} />
      <ConfirmChange
        key={preview.changeId}
        action={changePlan}
        account={session.account.id}
        change={{ plan: to.plan.key, interval: to.interval }}
        changeId={preview.changeId}
        prorationDate={preview.kind === "now" ? preview.prorationDate : null}
        charge={words.charge}
      >
        {words.confirm}
      </ConfirmChange>
      <p className="text-13 text-muted">
        You can cancel at any time on the{" "}
        <Link href={"/billing/cancel" as Route} className="text-accent underline underline-offset-4 hover:no-underline">
          billing page
        </Link>
        .
      </p>
    </div>
  );
}
