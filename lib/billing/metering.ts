/** The states of a row of the meter outbox; what each means and how it is left stands with the functions below. */
export type MeterState =
  | "open"
  | "closed"
  | "blocked"
  | "sending"
  | "unsure"
  | "verify"
  | "accepted"
  | "confirmed"
  | "billed"
  | "rejected"
  | "stale"
  | "canceling"
  | "canceled"
  | "review"
  | "written_off";

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Limits in seconds. Stripe's own are 24 hours, 35 days and 5 minutes, counted from its receipt: each has a margin. */
export const WINDOW_SECONDS = 5 * MINUTE;
export const CLOSE_AFTER_SECONDS = MINUTE;
export const RESEND_WITHIN_SECONDS = 23 * HOUR;
export const CANCEL_WITHIN_SECONDS = 23 * HOUR;
export const OLDEST_SECONDS = 34 * DAY;
export const CONFIRM_AFTER_SECONDS = HOUR;
export const REVIEW_AFTER_SECONDS = DAY;
export const LOOK_AGAIN_AFTER_SECONDS = 15 * MINUTE;

/** What is known of the invoice of the period that a row's event falls into. */
export type PeriodInvoice = "running" | "draft" | "final";
/** Whether the account's subscription sells overage: now, not yet, no longer, or there is no customer. */
export type MeterStanding = "live" | "waiting" | "ended" | "none";

export interface MeterRow {
  readonly id: string;
  readonly revision: number;
  readonly state: MeterState;
  /** Rated credits; negative in a correction. */
  readonly value: number;
  readonly eventAt: Date;
  readonly attempts: number;
  readonly firstAttemptAt: Date | null;
  readonly acceptedAt: Date | null;
  /** An attempt has had no answer, so Stripe may have the event. */
  readonly isInDoubt: boolean;
  readonly isRebased: boolean;
}

const after = (time: Date, seconds: number) => new Date(time.getTime() + seconds * 1000);
const isPast = (time: Date | null, seconds: number, now: Date) => time !== null && after(time, seconds) <= now;

/**
 * The window that usage falls into: five minutes of the clock, cut where the period begins and ends.
 * @returns half-open, [start, end)
 */
export function windowOf(usedAt: Date, period: { start: Date; end: Date } | null): { start: Date; end: Date } {
  const ms = WINDOW_SECONDS * 1000;
  const slot = Math.floor(usedAt.getTime() / ms) * ms;
  const start = Math.max(slot, period && period.start <= usedAt ? period.start.getTime() : slot);
  const end = Math.min(slot + ms, period && period.end > usedAt ? period.end.getTime() : slot + ms);
  return { start: new Date(start), end: new Date(end) };
}

/** What to do with a row that waits to be sent. `wait` is until an unknown outcome can be looked up. */
export type Route =
  | { readonly do: "send" }
  | { readonly do: "stale" }
  | { readonly do: "blocked" }
  | { readonly do: "verify" }
  | { readonly do: "wait"; readonly until: Date };

/**
 * Decides whether a row may be sent now. A row in doubt may only go under the same identifier, while Stripe remembers
 * it, and never into a period whose invoice is final: such an event is kept and billed by nobody.
 * @param invoice of the period the event is dated to
 */
export function routeOf(row: MeterRow, invoice: PeriodInvoice, standing: MeterStanding, now: Date): Route {
  const missed = invoice === "final" || isPast(row.eventAt, OLDEST_SECONDS, now);
  if (row.isInDoubt) {
    if (isPast(row.firstAttemptAt, RESEND_WITHIN_SECONDS, now)) return { do: "verify" };
    if (missed) return { do: "wait", until: after(row.firstAttemptAt ?? now, RESEND_WITHIN_SECONDS) };
    return { do: "send" };
  }
  if (missed) return { do: "stale" };
  if (invoice === "draft" || standing === "live") return { do: "send" };
  return standing === "ended" ? { do: "stale" } : { do: "blocked" };
}

/** What came of handing an event to Stripe. */
export type MeterAnswer =
  | { readonly kind: "accepted" }
  | { readonly kind: "busy"; readonly seconds?: number; readonly message: string }
  | { readonly kind: "unknown"; readonly message: string }
  | { readonly kind: "no_meter"; readonly message: string }
  | { readonly kind: "refused"; readonly aboutTime: boolean; readonly message: string };

export interface Move {
  readonly state: MeterState;
  readonly nextAttemptAt: Date | null;
  /** Until when nothing more is sent for this customer. */
  readonly spareUntil: Date | null;
  readonly error: string | null;
}

const FIRST_BACKOFF_SECONDS = 2;
const LONGEST_BACKOFF_SECONDS = 5 * MINUTE;
const LONGEST_RESEND_SECONDS = 30 * MINUTE;

/** How long to spare a customer after the n-th refusal in a row, counted from 0: 2 s doubling up to 5 min. */
export const backoffSeconds = (refusals: number) =>
  Math.min(FIRST_BACKOFF_SECONDS * 2 ** Math.min(refusals, 20), LONGEST_BACKOFF_SECONDS);

/**
 * What becomes of a row that was sent. Refused is not rejected while an earlier attempt is in doubt: that one may
 * have been taken, and only Stripe's sums can say.
 * @param refusals how often this customer was already asked to be spared, in a row
 */
export function moveAfter(answer: MeterAnswer, row: MeterRow, refusals: number, now: Date): Move {
  const move = (state: MeterState, nextAttemptAt: Date | null, spareUntil: Date | null = null): Move => ({
    state,
    nextAttemptAt,
    spareUntil,
    error: answer.kind === "accepted" ? null : answer.message,
  });
  switch (answer.kind) {
    case "accepted":
      return move("accepted", after(now, CONFIRM_AFTER_SECONDS));
    case "busy": {
      const until = after(now, answer.seconds ?? backoffSeconds(refusals));
      return move(row.isInDoubt ? "unsure" : "closed", until, until);
    }
    case "unknown":
      return move("unsure", after(now, Math.min(MINUTE * 2 ** Math.min(row.attempts - 1, 10), LONGEST_RESEND_SECONDS)));
    case "no_meter":
      return row.isInDoubt ? move("verify", now) : move("blocked", after(now, 10 * MINUTE));
    case "refused":
      if (row.isInDoubt) return move("verify", now);
      return answer.aboutTime && !row.isRebased ? move("stale", now) : move("rejected", null);
  }
}

/** What a late row becomes: dated to now where a metered item runs, else billed by an invoice item, or left. */
export type LateUsage = "rebase" | "invoice_item" | "wait";

export function lateUsage(standing: MeterStanding): LateUsage {
  if (standing === "live") return "rebase";
  return standing === "ended" ? "invoice_item" : "wait";
}

/** Below this nobody writes an invoice of its own: Stripe charges no less than about half a dollar. */
export const LEAST_INVOICE_CENTS = 50;

/**
 * Cents for credits at a decimal price of one credit, rounded half up, as an invoice line does.
 * @param perCredit cents, for example "0.01"
 */
export function centsAt(credits: number, perCredit: string): number {
  const [whole = "0", fraction = ""] = perCredit.split(".");
  const scale = 10n ** BigInt(fraction.length);
  const price = BigInt(whole) * scale + BigInt(fraction || "0");
  return Number((BigInt(credits) * price * 2n + scale) / (scale * 2n));
}

/** How a row is corrected downwards, or why it is not. */
export type Correction = "edit" | "cancel" | "offset" | "needs_credit_note" | "not_lower" | "busy";

/**
 * How to make a row say less: what Stripe does not have is edited, what it took within 23 hours is canceled and said
 * again, what is older is offset by a negative revision. A final invoice is only corrected by a credit note.
 */
export function correctionOf(row: MeterRow, rightValue: number, invoice: PeriodInvoice, now: Date): Correction {
  if (rightValue < 0 || rightValue >= row.value) return "not_lower";
  if (row.state === "billed" || invoice === "final") return "needs_credit_note";
  if (["closed", "blocked", "rejected", "stale"].includes(row.state)) return row.isInDoubt ? "busy" : "edit";
  if (row.state !== "accepted" && row.state !== "confirmed") return "busy";
  return isPast(row.acceptedAt, CANCEL_WITHIN_SECONDS, now) ? "offset" : "cancel";
}
