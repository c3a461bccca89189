import type { Health } from "@/lib/admin/health";
import { formatCredits } from "@/lib/billing/format";

export interface Sign {
  readonly name: string;
  readonly value: string;
  /** What it means, when all is not well. */
  readonly note: string | null;
  readonly tone: "success" | "warning" | "danger";
}

const LATE_AFTER_MS = 5 * 60_000;
const counted = (count: number, one: string, many = `${one}s`) => `${formatCredits(count)} ${count === 1 ? one : many}`;

function runner({ tickFinishedAt, tickError }: Health, now: Date): Sign {
  const name = "Job runner";
  if (!tickFinishedAt) return { name, value: "Never ran", note: "Nothing has called /api/jobs yet.", tone: "danger" };
  const ageMs = now.getTime() - tickFinishedAt.getTime();
  const minutes = Math.floor(ageMs / 60_000);
  const value = minutes < 1 ? "Ran just now" : `Ran ${counted(minutes, "minute")} ago`;
  if (ageMs > LATE_AFTER_MS) return { name, value, note: "Nothing calls /api/jobs: look at the cron.", tone: "danger" };
  return tickError ? { name, value, note: tickError, tone: "warning" } : { name, value, note: null, tone: "success" };
}

function inbox({ inboxPending, inboxDead }: Health): Sign {
  const value = inboxPending === 0 ? "None waits" : `${counted(inboxPending, "event")} waiting`;
  if (inboxDead === 0) return { name: "Stripe's events", value, note: null, tone: "success" };
  return { name: "Stripe's events", value, note: `${counted(inboxDead, "event")} given up`, tone: "danger" };
}

/** How the machinery is, in words: the job runner, Stripe's events, mail, use. */
export function signsOf(health: Health, now: Date): Sign[] {
  const { mailPending, usageWaiting, endingsLate } = health;
  return [
    runner(health, now),
    inbox(health),
    {
      name: "Mail",
      value: mailPending === 0 ? "None waits" : `${counted(mailPending, "mail")} waiting`,
      note: null,
      tone: "success",
    },
    {
      name: "Use to bill",
      value: usageWaiting === 0 ? "Nothing is stuck" : `${counted(usageWaiting, "report")} stuck`,
      note: endingsLate > 0 ? `${counted(endingsLate, "plan")} should have ended by now` : null,
      tone: usageWaiting + endingsLate === 0 ? "success" : "warning",
    },
  ];
}
