import type { ReactNode } from "react";
import { Badge } from "@/components/ui/badge";
import { Card, CardDescription, CardHeader, CardTitle } from "@/components/ui/card";
import { RelativeTime } from "@/components/ui/relative-time";
import { Table, TBody, TD, TH, THead, TR } from "@/components/ui/table";
import type { Trouble } from "@/lib/admin/trouble";
import { formatCredits, formatMoney } from "@/lib/billing/format";
import type { DunningStage } from "@/lib/billing/standing";
import { AccountLink } from "./account-link";
import { stages } from "./stage-words";

interface PartProps {
  title: string;
  description: string;
  heads: readonly string[];
  children: ReactNode;
}

function Part({ title, description, heads, children }: PartProps) {
  return (
    <Card>
      <CardHeader className="pb-3">
        <CardTitle>{title}</CardTitle>
        <CardDescription>{description}</CardDescription>
      </CardHeader>
      <Table caption={title}>
        <THead>
          <TR>
            {heads.map((head, at) => (
              <TH key={head} numeric={at === heads.length - 1}>
                {head}
              </TH>
            ))}
          </TR>
        </THead>
        <TBody>{children}</TBody>
      </Table>
    </Card>
  );
}

const order = Object.keys(stages) as DunningStage[];

function stageCounts(counts: Trouble["stages"]): string {
  const told = order
    .filter((stage) => counts[stage])
    .map((stage) => `${counts[stage]} ${stages[stage].label.toLowerCase()}`);
  return `${told.join(", ")}.`;
}

interface TroubleProps {
  trouble: Trouble;
  now: Date;
}

function UnpaidPlans({ trouble, now }: TroubleProps) {
  if (trouble.cases.length === 0) return null;
  return (
    <Part title="Unpaid plans" description={stageCounts(trouble.stages)} heads={["Account", "Stage", "Owed", "Since"]}>
      {trouble.cases.map((found) => (
        <TR key={found.account_id}>
          <TD>
            <AccountLink id={found.account_id} name={found.account_name} />
          </TD>
          <TD>
            <Badge tone={stages[found.stage].tone}>{stages[found.stage].label}</Badge>
          </TD>
          <TD className="tabular-nums">{found.currency ? formatMoney(found.due_cents, found.currency) : "–"}</TD>
          <TD numeric className="sm:whitespace-nowrap">
            <RelativeTime date={found.opened_at} now={now} />
          </TD>
        </TR>
      ))}
    </Part>
  );
}

function Disputes({ trouble, now }: TroubleProps) {
  if (trouble.disputes.length === 0) return null;
  return (
    <Part
      title="Open disputes"
      description="Answer each in Stripe's Dashboard before the date it names."
      heads={["Account", "Payment", "Reason", "Heard of"]}
    >
      {trouble.disputes.map((found) => (
        <TR key={found.payment_intent_id}>
          <TD>
            <AccountLink id={found.account_id} name={found.account_name} />
          </TD>
          <TD className="min-w-24 font-mono text-xs break-all">{found.payment_intent_id}</TD>
          <TD>{found.is_fraud ? <Badge tone="danger">Fraud</Badge> : <Badge tone="warning">Other</Badge>}</TD>
          <TD numeric className="sm:whitespace-nowrap">
            <RelativeTime date={found.synced_at} now={now} />
          </TD>
        </TR>
      ))}
    </Part>
  );
}

function Holds({ trouble, now }: TroubleProps) {
  if (trouble.holds.length === 0) return null;
  return (
    <Part
      title="Accounts on hold"
      description="They can neither spend nor buy until somebody releases them."
      heads={["Account", "By", "Why", "Since"]}
    >
      {trouble.holds.map((found) => (
        <TR key={found.account_id}>
          <TD>
            <AccountLink id={found.account_id} name={found.account_name} />
          </TD>
          <TD>{found.reason === "fraud" ? "A dispute for fraud" : "An admin"}</TD>
          <TD className="max-w-64 truncate text-muted" title={found.note ?? undefined}>
            {found.note ?? "–"}
          </TD>
          <TD numeric className="sm:whitespace-nowrap">
            <RelativeTime date={found.held_at} now={now} />
          </TD>
        </TR>
      ))}
    </Part>
  );
}

function RefusedUse({ trouble, now }: TroubleProps) {
  if (trouble.meter_rows.length === 0) return null;
  return (
    <Part
      title="Use that waits for a decision"
      description="Stripe refused it, or its sums do not agree. Nobody is charged for it until you decide."
      heads={["Account", "Credits", "Why", "Used"]}
    >
      {trouble.meter_rows.map((found) => (
        <TR key={`${found.account_id} ${found.window_start_at.toISOString()} ${found.value}`}>
          <TD>
            <AccountLink id={found.account_id} name={found.account_name} />
          </TD>
          <TD className="tabular-nums">{formatCredits(found.value)}</TD>
          <TD className="max-w-64 truncate text-muted" title={found.last_error ?? undefined}>
            {found.last_error ?? (found.state === "review" ? "The sums do not agree" : "Refused")}
          </TD>
          <TD numeric className="sm:whitespace-nowrap">
            <RelativeTime date={found.window_start_at} now={now} />
          </TD>
        </TR>
      ))}
    </Part>
  );
}

function DeadEvents({ trouble, now }: TroubleProps) {
  if (trouble.dead_events.length === 0) return null;
  return (
    <Part
      title="Events that were given up"
      description="Mend what the error names, then run them again from the account or from Checks."
      heads={["Event", "Account", "Error", "Given up"]}
    >
      {trouble.dead_events.map((found) => (
        <TR key={found.id}>
          <TD className="text-13">{found.type}</TD>
          <TD>
            {found.account_id ? <AccountLink id={found.account_id} name={found.account_name ?? "The account"} /> : "–"}
          </TD>
          <TD className="max-w-64 truncate text-muted" title={found.last_error ?? undefined}>
            {found.last_error ?? "–"}
          </TD>
          <TD numeric className="sm:whitespace-nowrap">
            <RelativeTime date={found.finished_at} now={now} />
          </TD>
        </TR>
      ))}
    </Part>
  );
}

/** What is wrong in all accounts, a table for each kind there is. */
export function TroubleTables(props: TroubleProps) {
  return (
    <>
      <UnpaidPlans {...props} />
      <Disputes {...props} />
      <Holds {...props} />
      <RefusedUse {...props} />
      <DeadEvents {...props} />
    </>
  );
}

/** Whether there is nothing to show. */
export const isUntroubled = (trouble: Trouble) =>
  [trouble.cases, trouble.disputes, trouble.holds, trouble.meter_rows, trouble.dead_events].every(
    (found) => found.length === 0,
  );
