import { now } from "@/lib/clock";
import { rpc } from "@/lib/supabase/rpc";

/** `send` it again, `count` it as taken since Stripe has it, or `write_off`: nobody is charged for it. */
export type MeterDecision = "send" | "count" | "write_off";

/**
 * Decides about usage that Stripe refused or that does not add up; nothing but a person moves it on.
 * @returns `nothing_to_decide` if it was decided already
 */
export async function decideMeterRow(
  row: string,
  decision: MeterDecision,
  reason: string,
): Promise<{ ok: true; code: "decided" } | { ok: false; code: "nothing_to_decide"; message: string }> {
  const answer = await rpc<{ ok: boolean }>("decide_meter_row", { id: row, decision, reason, at: now() });
  return answer.ok
    ? { ok: true, code: "decided" }
    : { ok: false, code: "nothing_to_decide", message: "Somebody has decided about this usage already." };
}
