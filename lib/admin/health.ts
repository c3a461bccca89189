import { z } from "zod";
import { now } from "@/lib/clock";
import { rpc } from "@/lib/supabase/rpc";

const health = z.object({
  tick_finished_at: z.coerce.date().nullable(),
  tick_error: z.string().nullable(),
  inbox_pending: z.number(),
  inbox_oldest_at: z.coerce.date().nullable(),
  inbox_dead: z.number(),
  mail_pending: z.number(),
});
const stuck = z.object({
  refused: z.number(),
  blocked: z.number(),
  unbillable: z.number(),
  reports_dead: z.number(),
  endings_late: z.number(),
});

/** How the machinery is: the job runner, Stripe's events, mail, and use on its way to Stripe. */
export interface Health {
  readonly tickFinishedAt: Date | null;
  readonly tickError: string | null;
  readonly inboxPending: number;
  readonly inboxOldestAt: Date | null;
  readonly inboxDead: number;
  readonly mailPending: number;
  /** Use that only a person moves on. */
  readonly usageWaiting: number;
  readonly endingsLate: number;
}

/** @throws RpcError if the database cannot answer */
export async function readHealth(): Promise<Health> {
  const [first, second] = await Promise.all([rpc("read_health", {}), rpc("read_stuck_usage", { at: now() })]);
  const machine = health.parse(first);
  const usage = stuck.parse(second);
  return {
    tickFinishedAt: machine.tick_finished_at,
    tickError: machine.tick_error,
    inboxPending: machine.inbox_pending,
    inboxOldestAt: machine.inbox_oldest_at,
    inboxDead: machine.inbox_dead,
    mailPending: machine.mail_pending,
    usageWaiting: usage.refused + usage.blocked + usage.unbillable + usage.reports_dead,
    endingsLate: usage.endings_late,
  };
}
