import { z } from "zod";
import type { AccountId } from "@/lib/billing/units";
import { isLivemode } from "@/lib/stripe/client";
import { rpc } from "@/lib/supabase/rpc";

const time = z.coerce.date();

const caseRow = z
  .object({
    id: z.string(),
    stage: z.enum(["retrying", "warned", "downgraded", "suspended"]),
    opened_at: time,
    paused_at: time.nullable(),
    closed_at: time.nullable(),
    outcome: z.enum(["paid", "forgiven", "lost"]).nullable(),
    overage_released_at: time.nullable(),
    invoices: z.array(z.object({ id: z.string(), attempts: z.number(), outcome: z.string().nullable() })),
  })
  .transform((it) => ({
    id: it.id,
    stage: it.stage,
    openedAt: it.opened_at,
    pausedAt: it.paused_at,
    closedAt: it.closed_at,
    outcome: it.outcome,
    keepsOverage: it.outcome === "lost" && it.overage_released_at === null,
    invoices: it.invoices,
  }));

const meterRow = z
  .object({
    id: z.string(),
    window_start_at: time,
    window_end_at: time,
    value: z.number(),
    state: z.enum(["rejected", "review"]),
    last_error: z.string().nullable(),
  })
  .transform((it) => ({
    id: it.id,
    from: it.window_start_at,
    to: it.window_end_at,
    credits: it.value,
    state: it.state,
    error: it.last_error,
  }));

const subscriptionRow = z
  .object({
    id: z.string(),
    status: z.string(),
    stripe_status: z.string(),
    is_mirrored: z.boolean(),
    plan_key: z.string().nullable(),
    billing_interval: z.string().nullable(),
    period_start_at: time,
    period_end_at: time,
    cancel_at: time.nullable(),
    ended_at: time.nullable(),
    created_at: time,
    synced_at: time,
  })
  .transform((it) => ({
    id: it.id,
    status: it.stripe_status,
    counts: it.is_mirrored,
    planKey: it.plan_key,
    interval: it.billing_interval,
    periodStart: it.period_start_at,
    periodEnd: it.period_end_at,
    cancelAt: it.cancel_at,
    endedAt: it.ended_at,
    createdAt: it.created_at,
    syncedAt: it.synced_at,
  }));

const mailRow = z
  .object({
    id: z.string(),
    kind: z.string(),
    queued_at: time,
    sent_at: time.nullable(),
    error: z.string().nullable(),
    is_due: z.boolean(),
    copies: z.array(z.object({ address: z.string(), state: z.string(), reason: z.string().nullable() })),
  })
  .transform(({ queued_at, sent_at, is_due, ...mail }) => ({
    ...mail,
    queuedAt: queued_at,
    sentAt: sent_at,
    isDue: is_due,
  }));

const row = z
  .object({
    id: z.string(),
    name: z.string(),
    kind: z.enum(["personal", "team"]),
    created_at: time,
    members: z.array(
      z.object({ id: z.string(), email: z.string().nullable(), role: z.string(), last_sign_in_at: time.nullable() }),
    ),
    customers: z.array(z.object({ id: z.string(), created_at: time, deleted_at: time.nullable() })),
    subscriptions: z.array(subscriptionRow),
    hold: z.object({ reason: z.enum(["admin", "fraud"]), note: z.string().nullable(), held_at: time }).nullable(),
    cases: z.array(caseRow),
    meter_rows: z.array(meterRow),
    dead_events: z.array(
      z.object({ id: z.string(), type: z.string(), last_error: z.string().nullable(), received_at: time }),
    ),
    mails: z.array(mailRow),
  })
  .transform((it) => ({
    id: it.id as AccountId,
    name: it.name,
    kind: it.kind,
    createdAt: it.created_at,
    members: it.members.map(({ last_sign_in_at, ...member }) => ({ ...member, lastSignInAt: last_sign_in_at })),
    customers: it.customers.map(({ id, created_at, deleted_at }) => ({
      id,
      createdAt: created_at,
      deletedAt: deleted_at,
    })),
    subscriptions: it.subscriptions,
    hold: it.hold && { reason: it.hold.reason, note: it.hold.note, heldAt: it.hold.held_at },
    cases: it.cases,
    meterRows: it.meter_rows,
    deadEvents: it.dead_events.map(({ last_error, received_at, ...event }) => ({
      ...event,
      error: last_error,
      receivedAt: received_at,
    })),
    mails: it.mails,
  }));

/** What support asks of one account: its people, customers, plans, hold, dunning cases, what waits for a person, and mail. */
export type AdminAccount = z.output<typeof row>;
export type SentMail = AdminAccount["mails"][number];
export type AdminCase = AdminAccount["cases"][number];
export type WaitingMeterRow = AdminAccount["meterRows"][number];

/**
 * Reads an account for an admin, in the mode of our key.
 * @returns null if there is no such account
 * @throws RpcError if the database cannot answer
 */
export async function readAdminAccount(account: AccountId): Promise<AdminAccount | null> {
  const found = await rpc("read_admin_account", { account_id: account, livemode: isLivemode() });
  return found === null ? null : row.parse(found);
}
