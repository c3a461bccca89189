import type { Metadata } from "next";
import Link from "next/link";
import { BalanceCard } from "@/components/credits/balance-card";
import { DebtCard } from "@/components/credits/debt-card";
import { forecastCredits } from "@/components/credits/forecast";
import { ForecastCard } from "@/components/credits/forecast-card";
import { GrantsTable } from "@/components/credits/grants-table";
import { OverageNote } from "@/components/credits/overage-note";
import { Timeline } from "@/components/credits/timeline";
import { Packs, packExpiryWords } from "@/components/pricing/packs";
import { Banner } from "@/components/ui/banner";
import { buttonVariants } from "@/components/ui/button";
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { PageHeader } from "@/components/ui/page-header";
import { allowanceOf } from "@/lib/billing/entitlement";
import { packs } from "@/lib/billing/plans";
import { canManageBilling } from "@/lib/session";
import { readAccount } from "../account";
import { readOverage } from "../billing/overage/read";
import { nextCreditsAt } from "./next-credits";
import { readPace } from "./pace";

export const metadata: Metadata = { title: "Credits" };

export default async function CreditsPage() {
  const { session, summary, standing, entitlement, at } = await readAccount();
  const [pace, overage] = await Promise.all([readPace(session.account.id, at), readOverage(session)]);
  const nextAt = summary.frozen ? null : nextCreditsAt(standing, entitlement, at);
  return (
    <div className="flex flex-col gap-8">
      <PageHeader
        title="Credits"
        description="What you have, what of it expires, and how long it lasts."
        actions={
          <Link href="/usage" className={buttonVariants({ variant: "secondary", size: "sm" })}>
            See what they were spent on
          </Link>
        }
      />
      {summary.debt > 0 && (
        <DebtCard
          facts={{
            debt: summary.debt,
            isDisputed: standing.openDispute,
            packs,
            next: nextAt && { at: nextAt, credits: allowanceOf(entitlement, standing) },
          }}
        />
      )}
      {summary.grants.length === 0 ? (
        <EmptyState title="You have no credits">
          Credits come with a plan each month, or in packs that you buy below.
        </EmptyState>
      ) : (
        <>
          <div className="grid gap-4 md:grid-cols-2">
            <BalanceCard summary={summary} now={at} />
            <ForecastCard
              forecast={forecastCredits(pace.used, pace.days, summary.grants, at)}
              days={pace.days}
              goesOn={entitlement.overagePermitted > summary.overageUsed}
              renewsAt={nextAt}
            />
          </div>
          <div className="grid items-start gap-4 lg:grid-cols-[2fr_3fr]">
            <Card>
              <CardHeader>
                <CardTitle>What happens when</CardTitle>
              </CardHeader>
              <CardContent>
                <Timeline summary={summary} now={at} />
              </CardContent>
            </Card>
            <Card>
              <CardHeader>
                <CardTitle>Where they come from</CardTitle>
                <CardDescription>In the order in which they are spent.</CardDescription>
              </CardHeader>
              <div className="py-3">
                <GrantsTable summary={summary} now={at} />
              </div>
            </Card>
          </div>
        </>
      )}
      {overage && <OverageNote overage={overage} />}
      <section id="packs" className="flex flex-col gap-4">
        <div>
          <h2 className="text-base font-semibold">Buy credits</h2>
          <p className="text-sm text-muted">{packExpiryWords()} Your plan&apos;s credits are spent first.</p>
        </div>
        {!canManageBilling(session) ? (
          <Banner title="Only owners and admins can buy">
            Ask one of them to add credits to {session.account.name}.
          </Banner>
        ) : entitlement.canBuy && !summary.frozen ? (
          <Packs account={session.account.id} />
        ) : (
          <Banner tone="warning" title="Nothing can be bought while the account is stopped">
            The notice at the top says what it needs. Your credits are kept.
          </Banner>
        )}
      </section>
    </div>
  );
}
