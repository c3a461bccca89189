/** A refund of a payment, as Stripe knows it. */
export interface Refund {
  readonly id: string;
  readonly cents: number;
  readonly status: string;
}

/** A dispute of a payment: a charge that its cardholder has questioned at the bank. */
export interface Dispute {
  readonly id: string;
  readonly cents: number;
  readonly status: string;
  readonly reason: string;
}

/** What a credit note gives back after its invoice was paid. One that was voided gives nothing and is left out. */
export interface CreditNote {
  readonly id: string;
  readonly cents: number;
  /** The part of it that went back as refunds; what is left went to the balance or was returned out of band. */
  readonly refunds: ReadonlyArray<{ readonly refund: string; readonly cents: number }>;
  /** Which of the invoice's lines it is about; null is a line of its own words, about the whole invoice. */
  readonly lines: ReadonlyArray<{ readonly line: string | null; readonly cents: number }>;
}

/** Everything that has gone back, or may have, of the payments of one invoice. */
export interface Returns {
  readonly refunds: readonly Refund[];
  readonly disputes: readonly Dispute[];
  readonly notes: readonly CreditNote[];
}

/** A fraction of a payment, 0 to 1, as two whole numbers. */
export interface Share {
  readonly returned: bigint;
  readonly charged: bigint;
}

const STANDING_REFUNDS = ["succeeded", "pending", "requires_action"];
const OPEN_DISPUTES = ["needs_response", "under_review", "appeal_needs_response", "appeal_under_review"];
const INQUIRIES = ["warning_needs_response", "warning_under_review"];
const ENDS_PLAN = ["fraudulent", "subscription_canceled"];

/** Whether a refund's money is with the customer or on its way; a failed or canceled one has come back. */
export const standsRefunded = ({ status }: Pick<Refund, "status">): boolean => STANDING_REFUNDS.includes(status);

/** Whether the bank holds the money of a dispute while it decides. */
export const isOpenDispute = ({ status }: Pick<Dispute, "status">): boolean => OPEN_DISPUTES.includes(status);

/** Whether a bank only asks: an inquiry moves no money unless it becomes a dispute. */
export const isInquiry = ({ status }: Pick<Dispute, "status">): boolean => INQUIRIES.includes(status);

/** Whether a dispute's money is away: while it is open, and once it is lost. */
export const standsDisputed = (dispute: Pick<Dispute, "status">): boolean =>
  isOpenDispute(dispute) || dispute.status === "lost";

/** Whether a dispute says that the cardholder did not buy, and has not been found wrong. */
export const isFraud = (dispute: Pick<Dispute, "status" | "reason">): boolean =>
  standsDisputed(dispute) && dispute.reason === "fraudulent";

/** Whether the plan that a disputed payment paid for ends: who did not buy it, or had ended it, is not charged again. */
export const endsPlan = (dispute: Pick<Dispute, "status" | "reason">): boolean =>
  standsDisputed(dispute) && ENDS_PLAN.includes(dispute.reason);

const sum = (amounts: readonly number[]) => amounts.reduce((total, cents) => total + cents, 0);

/** What a credit note has given back without a refund, in cents. */
export const unlinkedCents = (note: CreditNote): number =>
  Math.max(0, note.cents - sum(note.refunds.map(({ cents }) => cents)));

/** What of a credit note stands returned: all of it, less its refunds that have failed. */
function standingCents(note: CreditNote, refunds: readonly Refund[]): number {
  const standing = note.refunds.filter(({ refund }) => refunds.some((it) => it.id === refund && standsRefunded(it)));
  return unlinkedCents(note) + sum(standing.map(({ cents }) => cents));
}

/** Everything that stands returned now, in cents: refunds, disputes, and what credit notes gave back otherwise. */
export function returnedCents({ refunds, disputes, notes }: Returns): number {
  const gone = [...refunds.filter(standsRefunded), ...disputes.filter(standsDisputed)].map(({ cents }) => cents);
  return sum(gone) + sum(notes.map(unlinkedCents));
}

const divisor = (a: bigint, b: bigint): bigint => (b === 0n ? a : divisor(b, a % b));

/** Finer than one credit of the largest grant; the database counts shares in 64 bits. */
const FINEST = 10n ** 15n;

/** part / whole, kept within 0 and 1 and in lowest terms; nothing of nothing is 0. */
function share(part: bigint, whole: bigint): Share {
  if (whole <= 0n || part <= 0n) return { returned: 0n, charged: 1n };
  if (part >= whole) return { returned: 1n, charged: 1n };
  const common = divisor(part, whole);
  if (whole / common <= FINEST) return { returned: part / common, charged: whole / common };
  return { returned: (part * FINEST + whole / 2n) / whole, charged: FINEST };
}

/** The lines that brought certain credits, and what they and the whole invoice cost before tax. */
export interface ReturnedLines {
  readonly ids: readonly string[];
  readonly netCents: number;
  readonly invoiceCents: number;
}

/**
 * How much of the money behind some credits stands returned now. It is the state that counts, and never the events
 * about it: refund and dispute together, repeated partial refunds, a failed refund, a dispute won and a replay are one
 * sum. What a credit note says of the invoice's lines counts for those lines alone; everything else counts for the
 * invoice as a whole.
 * @param chargedCents what all payments of the invoice took together
 * @param lines the lines that brought the credits; null: the payment as a whole did
 * @returns a fraction from 0 to 1 in lowest terms
 */
export function shareOf(chargedCents: number, lines: ReturnedLines | null, returns: Returns): Share {
  const charged = BigInt(chargedCents);
  const all = BigInt(returnedCents(returns));
  if (!lines || lines.netCents <= 0 || lines.invoiceCents <= 0) return share(all, charged);
  let general = all;
  let own = 0n;
  let unit = 1n;
  for (const note of returns.notes) {
    const cents = BigInt(sum(note.lines.map((it) => it.cents)));
    const named = BigInt(sum(note.lines.filter(({ line }) => line !== null).map((it) => it.cents)));
    if (cents <= 0n || named <= 0n) continue;
    const mine = BigInt(sum(note.lines.filter(({ line }) => line && lines.ids.includes(line)).map((it) => it.cents)));
    const standing = BigInt(standingCents(note, returns.refunds)) * unit;
    general = general * cents - standing * named;
    own = own * cents + standing * mine;
    unit *= cents;
  }
  const net = BigInt(lines.netCents);
  return share(general * net + own * BigInt(lines.invoiceCents), charged * net * unit);
}

/**
 * What of a pack's price belongs to the credits that have not been used, in cents, rounded down so that never more
 * goes back than the credits that are taken for it are worth.
 * @param pack.chargedCents what was paid for it, tax included
 * @param pack.returnedCents what of that stands returned already
 */
export function unspentCents(pack: {
  chargedCents: number;
  returnedCents: number;
  credits: number;
  unspent: number;
}): number {
  const part = Number((BigInt(pack.chargedCents) * BigInt(pack.unspent)) / BigInt(pack.credits));
  return Math.max(0, Math.min(part, pack.chargedCents - pack.returnedCents));
}

/**
 * What is done about a bank's early warning of fraud: the money is sent back before it becomes a dispute, which costs a
 * fee and counts against the shop; or a founder is told and decides. Told they are in any case.
 */
export function earlyFraudAnswer(
  payment: { chargedCents: number; returnedCents: number; isDisputed: boolean; isActionable: boolean },
  policy: { earlyFraud: "refund" | "alert"; earlyFraudRefundUpToCents: number },
): "refund" | "alert" {
  const rest = payment.chargedCents - payment.returnedCents;
  const mayRefund = payment.isActionable && !payment.isDisputed && rest > 0;
  return mayRefund && policy.earlyFraud === "refund" && rest <= policy.earlyFraudRefundUpToCents ? "refund" : "alert";
}
