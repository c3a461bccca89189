import type { AccountId } from "@/lib/billing/units";
import { now } from "@/lib/clock";
import { rpc } from "@/lib/supabase/rpc";
import { type Admin, requireAdmin } from "./guard";

interface Act<T extends object> {
  /** Made when the form was drawn: sent twice, it is one act. */
  requestId: string;
  verb: string;
  account: AccountId | null;
  reason: string;
  /** What the form said, amounts included; the same request id with others is refused. */
  arguments: Record<string, unknown>;
  /** Does it. Must itself be safe to run twice under the same request id: a process may die before its answer is kept. */
  run: () => Promise<T>;
}

type Noted<T> = { ok: true; answer: T | null } | { ok: false; code: "not_an_admin" | "no_reason" | "another_act" };

const REFUSED = {
  not_an_admin: "You are no admin any more, so nothing was done.",
  no_reason: "Say why: it stays with the act.",
  another_act: "This form was sent with other figures before. Reload the page and look at what was done.",
} as const;

const isDone = (answer: object) => "ok" in answer && answer.ok === true;

function note<T extends object>(admin: Admin, act: Act<T>, answer: object | null): Promise<Noted<T>> {
  return rpc("note_admin_action", {
    id: act.requestId,
    admin_id: admin.id,
    verb: act.verb,
    account_id: act.account,
    arguments: act.arguments,
    reason: act.reason,
    answer,
    at: now(),
  });
}

/**
 * Does something in an admin's name and leaves a trace: a row before the act with who, what and why, its answer after
 * it. The same request id does it once and is answered as the first time, unless that was a refusal; an act that was
 * begun and never answered is done again, under the same id.
 * @returns what `run` answered, or `{ ok: false, message }` if it was not to be run
 * @throws whatever `run` throws, noted too; the page that says there is no such page for everybody but admins
 */
export async function actAsAdmin<T extends object>(
  act: Act<T>,
): Promise<T | { ok: false; code: string; message: string }> {
  const admin = await requireAdmin();
  const begun = await note(admin, act, null);
  if (!begun.ok) return { ...begun, message: REFUSED[begun.code] };
  if (begun.answer && isDone(begun.answer)) return begun.answer;
  try {
    const answer = await act.run();
    await note(admin, act, answer);
    return answer;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    await note(admin, act, { ok: false, code: "unfinished", message });
    throw error;
  }
}
