import { now } from "@/lib/clock";
import { rpc } from "@/lib/supabase/rpc";

export const dynamic = "force-dynamic";

const LATE_AFTER_SECONDS = 300;

interface Health {
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

/** What a monitor asks: is the database there, when did the tick last end, what waits, and what waits for a person. Says nothing about anybody. */
export async function GET(): Promise<Response> {
  const headers = { "cache-control": "no-store" };
  try {
    const [health, stuck] = await Promise.all([
      rpc<Health>("read_health", {}),
      rpc<Stuck>("read_stuck_usage", { at: now() }),
    ]);
    const tickAge = ageOf(health.tick_finished_at);
    return Response.json(
      {
        ok: true,
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
      { headers },
    );
  } catch (error) {
    console.error("The health check could not ask the database.", error);
    return Response.json({ ok: false, database: "unreachable" }, { status: 503, headers });
  }
}
