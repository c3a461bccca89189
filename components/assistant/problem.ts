import type { WayOut } from "@/lib/billing/overage-stop";

/** Which limit on overage is reached, in words, and what lifts it. */
export interface Stop {
  words: string;
  ways: readonly WayOut[];
}

/** Why a question was not answered, or an answer broke off. */
export type Problem =
  /** Nothing was sent to a model; the question comes back into the composer. */
  | { kind: "refused"; code: string; message: string }
  /** The same, for want of credits. */
  | { kind: "too_few"; available: number; needed: number; stop: Stop | null }
  /** The provider failed; `credits` were charged for what it wrote before. */
  | { kind: "outage"; credits: number; available: number | null }
  /** The connection broke; what was written until then is charged, and the server knows how much. */
  | { kind: "connection" };

function asRecord(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? { ...value } : null;
  } catch {
    return null;
  }
}

const WAYS: readonly WayOut[] = ["allow_overage", "raise_cap", "buy_credits", "change_plan", "pay"];

function stopOf({ message, overage }: Record<string, unknown>): Stop | null {
  if (typeof message !== "string" || typeof overage !== "object" || overage === null) return null;
  const ways = "ways_out" in overage && Array.isArray(overage.ways_out) ? overage.ways_out : [];
  return { words: message, ways: WAYS.filter((way) => ways.includes(way)) };
}

/** Reads what went wrong from an error of the chat: a refusal's JSON, a broken stream's JSON, or a failed fetch. */
export function problemOf(error: Error): Problem {
  const body = asRecord(error.message);
  if (body?.code === "provider_failed") {
    return {
      kind: "outage",
      credits: Number(body.credits ?? 0),
      available: typeof body.available === "number" ? body.available : null,
    };
  }
  if (body?.code === "insufficient_credits") {
    return {
      kind: "too_few",
      available: Number(body.available ?? 0),
      needed: Number(body.needed ?? 0),
      stop: stopOf(body),
    };
  }
  if (typeof body?.code === "string" && typeof body.message === "string") {
    return { kind: "refused", code: body.code, message: body.message };
  }
  return { kind: "connection" };
}
