import { invalid } from "../core/error.ts";
import type { Context } from "../core/resource.ts";
import type { Invoice } from "../invoices/draft.ts";
import type { LineDraft } from "../invoices/lines.ts";
import { previewBill } from "./billing.ts";
import { isMetered, type Subscription } from "./items.ts";
import { phaseAfter, wordsOf } from "./schedules/enter-phase.ts";
import { planPhase } from "./schedules/plan-phase.ts";
import { type Phase, scheduleOf } from "./schedules/schedule.ts";
import { afterTrial } from "./trial.ts";
import { renewalAt } from "./turn.ts";

/** The invoice of the next renewal, or of the phase that begins before it, with the lines of a change beside it. */
export function previewRenewal(subscription: Subscription, prorations: LineDraft[], context: Context): Invoice {
  const phase = phaseAtRenewal(subscription, context);
  if (phase) return previewPhase(subscription, phase, prorations, context);
  const next = nextEnd(subscription);
  const { charges, former } = renewalAt(subscription, next);
  const ends = subscription.cancel_at !== null && subscription.cancel_at <= next;
  const onTrial = subscription.status === "trialing" && subscription.trial_end === next;
  const renewed = onTrial ? afterTrial(subscription, next).charges : charges;
  const billed = ends ? charges.filter(({ item }) => isMetered(item.price)) : renewed;
  if (billed.length === 0 && prorations.length === 0) throw nothingUpcoming(subscription.customer);
  const bill = { reason: "upcoming" as const, period: former, charges: billed, prorations, madeAt: next };
  return dueAt(next, previewBill(subscription, bill, context), context);
}

/** The phase of a schedule that begins before, or with, the next renewal. */
function phaseAtRenewal(subscription: Subscription, context: Context): Phase | undefined {
  const schedule = scheduleOf(subscription, context);
  const end = schedule?.current_phase?.end_date;
  return schedule && end !== undefined && end <= nextEnd(subscription) ? phaseAfter(schedule) : undefined;
}

function previewPhase(subscription: Subscription, phase: Phase, prorations: LineDraft[], context: Context): Invoice {
  const planned = planPhase(subscription, phase, phase.start_date, context);
  const lines = [...prorations, ...planned.prorations.map(({ line }) => line)];
  const entered = { ...planned.subscription, ...wordsOf(phase, subscription, context) };
  if (planned.charges.length === 0 && !planned.billsNow)
    return previewRenewal({ ...entered, schedule: null }, lines, context);
  const begun = Math.min(...subscription.items.data.map((item) => item.current_period_start));
  const period = { start: begun, end: phase.start_date };
  const bill = {
    reason: "upcoming" as const,
    period,
    charges: planned.charges,
    prorations: lines,
    madeAt: phase.start_date,
  };
  return dueAt(phase.start_date, previewBill(entered, bill, context), context);
}

function dueAt(next: number, preview: Invoice, context: Context): Invoice {
  return { ...preview, created: next, next_payment_attempt: next + context.settings.invoiceGraceSeconds };
}

/** What one whole period costs, without prorations, use or anything that waits. */
export function previewRecurring(subscription: Subscription, context: Context): Invoice {
  const next = nextEnd(subscription);
  const { charges, former } = renewalAt(subscription, Math.max(...ends(subscription)));
  const licensed = charges.filter(({ item }) => !isMetered(item.price));
  const bill = { reason: "upcoming" as const, period: former, charges: licensed, leavesWaiting: true };
  return { ...previewBill(subscription, bill, context), created: next };
}

/** When a subscription next renews an item. */
export function nextEnd(subscription: Subscription): number {
  return Math.min(...ends(subscription));
}

function ends(subscription: Subscription): number[] {
  return subscription.items.data.map((item) => item.current_period_end);
}

/** The refusal where there is no invoice to come. */
export function nothingUpcoming(customer: string) {
  return invalid(`No upcoming invoices for customer: ${customer}`, undefined, "invoice_upcoming_none");
}
