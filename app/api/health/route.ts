import { now } from "@/lib/clock";
import { LATE_AFTER_SECONDS } from "@/lib/reconciliation/watch";
import { rpc } from "@/lib/supabase/rpc";

export const dynamic = "force-dynamic";

interface Health {
  cron_called_at: string | null;
  tick_finished_at: string | null;
  tick_error: string | null;
  inbox_pending: number;
  inbox_oldest_at: string | null;
  inbox_dead: number;
  mail_pending: number;
}

interface Stuck {
  refused: number;
  blocked: number;
  unbillable: number;
  endings_late: number;
}

const ageOf = (time: string | null) =>
  time === null ? null : Math.max(0, Math.round((now().getTime() - new Date(time).getTime()) / 1000));

/** Why a monitor should wake somebody; null while all is well. */
function reasonOf(health: Health): string | null {
  const age = ageOf(health.cron_called_at);
  if (age === null || age <= LATE_AFTER_SECONDS) return null;
  return `Nothing has called /api/jobs for ${Math.floor(age / 60)} minutes: mail, renewals and usage wait.`;
}

/**
 * What a monitor asks: is the database there, does the cron call, what waits, and what waits for a person. Answers 503
 * with a reason when the database is unreachable or the cron has not called for five minutes. Says nothing about anybody.
 */
export async function GET(): Promise<Response> {
  const headers = { "cache-control": "no-store" };
  try {
    const [health, stuck] = await Promise.all([
      rpc<Health>("read_health", {}),
      rpc<Stuck>("read_stuck_usage", { at: now() }),
    ]);
    const tickAge = ageOf(health.tick_finished_at);
    const reason = reasonOf(health);
    return Response.json(
      {
        ok: reason === null,
        ...(reason ? { reason } : {}),
        database: "ok",
        tick: {
          ageSeconds: tickAge,
          late: tickAge === null || tickAge > LATE_AFTER_SECONDS,
          failed: health.tick_error !== null,
        },
        inbox: { pending: health.inbox_pending, oldestSeconds: ageOf(health.inbox_oldest_at), dead: health.inbox_dead },
        mail: { pending: health.mail_pending },
        usage: { refused: stuck.refused, blocked: stuck.blocked, unbillable: stuck.unbillable },
        endings: { late: stuck.endings_late },
      },
      { status: reason ? 503 : 200, headers },
    );
  } catch (error) {
    console.error("The health check could not ask the database.", error);
    return Response.json(
      { ok: false, reason: "The database does not answer.", database: "unreachable" },
      { status: 503, headers },
    );
  }
}
