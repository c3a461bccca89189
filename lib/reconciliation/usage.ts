import {
  type ComparedPage,
  compareAccounts,
  compareInvoices,
  compareRunning,
  findWaiting,
} from "@/lib/metering/comparisons";
import { usageSink } from "@/lib/metering/sink";
import { database } from "@/lib/supabase/direct";
import type { Check, Page } from "./check";

const SETTLED_AFTER_DAYS = 40;
const NOTHING: Page = { checked: 0, findings: [], next: null };

const toPage = ({ differences, compared, next }: ComparedPage): Page => ({
  checked: compared,
  next,
  findings: differences.map(({ rule, account, what, ours, theirs }) => ({
    rule: `${rule.charAt(0).toUpperCase()}${rule.slice(1)}`,
    key: `${account} ${what}`.slice(0, 250),
    account,
    text: `${what}: ${ours} here, ${theirs} there.`,
    ours: String(ours),
    theirs: String(theirs),
    mend: null,
  })),
});

/** Use beyond what was paid for: ledger, outbox, Stripe's sums and its invoice lines. */
export const usage: Check = {
  key: "usage",
  title: "Use and its bills",
  agrees: "All overage is in the outbox, at Stripe and on its invoices exactly once.",
  alert: "sums_differ",
  needsDatabaseUrl: true,
  phases: [
    async (after) => toPage(await compareAccounts(database(), after)),
    async (after) => toPage(await findWaiting(database(), after)),
    async (after, run) => {
      const sink = usageSink();
      return sink ? toPage(await compareInvoices(database(), sink, after, run.since(SETTLED_AFTER_DAYS))) : NOTHING;
    },
    async (after) => {
      const sink = usageSink();
      return sink ? toPage(await compareRunning(database(), sink, after)) : NOTHING;
    },
  ],
};
