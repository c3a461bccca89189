import type { Metadata } from "next";
import Link from "next/link";
import { home } from "@/components/frame/sections";
import { buttonVariants } from "@/components/ui/button-variants";
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { PageHeader } from "@/components/ui/page-header";
import { AllowanceBar } from "@/components/usage/allowance-bar";
import { EntriesTable } from "@/components/usage/entries-table";
import { type Choice, Filter } from "@/components/usage/filters";
import { daysOf, sentenceOf, seriesOf } from "@/components/usage/series";
import { UsageChart } from "@/components/usage/usage-chart";
import { allowanceOf } from "@/lib/billing/entitlement";
import { formatDate } from "@/lib/billing/format";
import { planOf } from "@/lib/billing/offers";
import { rateCard } from "@/lib/billing/plans";
import { userClient } from "@/lib/supabase/server";
import { filterOf, periodOf, wholeDays } from "@/lib/usage/range";
import { placeInWords, placeOf, readDailyUsage, readEntries } from "@/lib/usage/read";
import { readAccount } from "../account";

export const metadata: Metadata = { title: "Usage" };

const ENTRIES_SHOWN = 25;

const ranges: Choice[] = [
  { value: null, label: "This period" },
  { value: "7d", label: "7 days" },
  { value: "30d", label: "30 days" },
  { value: "90d", label: "90 days" },
];
const models: Choice[] = [
  { value: null, label: "All" },
  ...Object.entries(rateCard).map(([value, { name }]) => ({ value, label: name })),
];

export default async function UsagePage({ searchParams }: PageProps<"/usage">) {
  const parameters = await searchParams;
  const { session, summary, standing, entitlement, at } = await readAccount();
  const account = session.account.id;
  const client = await userClient();
  const period = periodOf(standing.subscription, at);
  const filter = filterOf(parameters, period, at);
  const after = placeOf(parameters.after);

  const [current, inRange, earlier, entries] = await Promise.all([
    readDailyUsage(client, account, { from: period.from, to: at }),
    readDailyUsage(client, account, filter),
    readDailyUsage(client, account, filter.before),
    readEntries(client, { ...filter, account, after, most: ENTRIES_SHOWN + 1 }),
  ]);
  const chosen = <T extends { model: string | null }>(rows: T[]) =>
    filter.model ? rows.filter((row) => row.model === filter.model) : rows;
  const used = current.reduce((sum, day) => sum + day.credits, 0);
  const series = seriesOf(chosen(inRange));
  const shown = entries.slice(0, ENTRIES_SHOWN);
  const last = entries.length > ENTRIES_SHOWN ? shown.at(-1) : undefined;

  const days = wholeDays(filter);
  const isBetween = filter.range === "between";
  const ends: Record<string, string> = isBetween
    ? { from: filter.from.toISOString(), to: filter.to.toISOString() }
    : {};
  const range: Record<string, string> = isBetween || filter.range === "period" ? {} : { range: filter.range };
  const model: Record<string, string> = filter.model ? { model: filter.model } : {};
  const query = { ...ends, ...range, ...model };

  return (
    <div className="flex flex-col gap-6">
      <PageHeader
        title="Usage"
        description="What was used, and every credit it cost."
        actions={
          <a
            href={`/usage/export?${new URLSearchParams(query)}`}
            className={buttonVariants({ variant: "secondary" })}
            download
          >
            Download CSV
          </a>
        }
      />
      <AllowanceBar
        used={used}
        allowance={allowanceOf(entitlement, standing)}
        overage={summary.overageUsed}
        period={period}
        planName={planOf(entitlement.plan).name}
      />
      <div className="flex flex-wrap gap-3">
        <Filter
          label="Range"
          name="range"
          choices={ranges}
          current={isBetween ? "between" : (range.range ?? null)}
          others={model}
        />
        <Filter label="Model" name="model" choices={models} current={filter.model} others={{ ...ends, ...range }} />
      </div>
      <Card>
        <CardHeader>
          <CardTitle>By day and model</CardTitle>
          {isBetween && (
            <CardDescription>
              {formatDate(filter.from)} to {formatDate(filter.to)}, the period you came from.
            </CardDescription>
          )}
        </CardHeader>
        <CardContent>
          {series.length > 0 ? (
            <UsageChart
              sentence={sentenceOf(chosen(inRange), chosen(earlier))}
              series={series}
              days={daysOf(chosen(inRange), series, days.from, days.to)}
            />
          ) : (
            <EmptyState
              title="Nothing was used in this time"
              action={
                <Link href={home.href} className={buttonVariants({ variant: "secondary" })}>
                  {home.label}
                </Link>
              }
            >
              What you use appears here at once.
            </EmptyState>
          )}
        </CardContent>
      </Card>
      <Card>
        <CardHeader>
          <CardTitle>Entries</CardTitle>
          <CardDescription>Every change of your balance, newest first.</CardDescription>
        </CardHeader>
        <CardContent className="px-0 pb-2">
          {shown.length > 0 ? (
            <EntriesTable entries={shown} now={at} />
          ) : (
            <p className="px-5 text-13 text-muted">There are no entries in this time.</p>
          )}
          <div className="flex justify-between gap-2 px-5 py-2 empty:hidden">
            {after && (
              <Link
                href={{ pathname: "/usage", query }}
                scroll={false}
                className={buttonVariants({ variant: "ghost", size: "sm" })}
              >
                Newest
              </Link>
            )}
            {last && (
              <Link
                href={{ pathname: "/usage", query: { ...query, after: placeInWords(last) } }}
                scroll={false}
                className={buttonVariants({ variant: "secondary", size: "sm", className: "ml-auto" })}
              >
                Older
              </Link>
            )}
          </div>
        </CardContent>
      </Card>
    </div>
  );
}
