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

const ageOf = (time: string | null) =>
  time === null ? null : Math.max(0, Math.round((now().getTime() - new Date(time).getTime()) / 1000));

/** What a monitor asks: is the database there, when did the tick last end, what waits. Says nothing about anybody. */
export async function GET(): Promise<Response> {
  const headers = { "cache-control": "no-store" };
  try {
    const health = await rpc<Health>("read_health", {});
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
      },
      { headers },
    );
  } catch (error) {
    console.error("The health check could not ask the database.", error);
    return Response.json({ ok: false, database: "unreachable" }, { status: 503, headers });
  }
}
