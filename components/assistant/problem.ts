/** Why a question was not answered, or an answer broke off. */
export type Problem =
  /** Nothing was sent to a model; the question comes back into the composer. */
  | { kind: "refused"; code: string; message: string }
  /** The same, for want of credits. */
  | { kind: "too_few"; available: number; needed: number }
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
    return { kind: "too_few", available: Number(body.available ?? 0), needed: Number(body.needed ?? 0) };
  }
  if (typeof body?.code === "string" && typeof body.message === "string") {
    return { kind: "refused", code: body.code, message: body.message };
  }
  return { kind: "connection" };
}
