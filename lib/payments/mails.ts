import { isOpenDispute, standsRefunded, unlinkedCents } from "@/lib/billing/returns";
import type { MadeCreditNote, PaymentMoney } from "./money";

/** A mail for the outbox, queued once for its kind and key. */
export interface QueuedMail {
  readonly kind: "refund_made" | "dispute_opened" | "dispute_closed";
  readonly key: string;
  readonly data: Record<string, unknown>;
}

/**
 * The mails that the state of a payment asks for: one for each refund and each credit to the balance, for each dispute
 * one when it begins and one when it is decided. An inquiry moves no money and asks nothing of the customer.
 * @param what what was bought, in words
 */
export function mailsOf(
  { payment, refunds, disputes }: PaymentMoney,
  notes: readonly MadeCreditNote[],
  what: string | null,
): QueuedMail[] {
  const { currency } = payment;
  const refunded = refunds
    .filter((refund) => standsRefunded(refund) && !refund.isDuplicate)
    .map((refund): QueuedMail => {
      const data = { what, currency, amountCents: refund.cents, to: "card", isFraud: refund.warning !== null };
      return { kind: "refund_made", key: refund.id, data };
    });
  const credited = notes
    .filter((note) => unlinkedCents(note) > 0)
    .map((note): QueuedMail => {
      const data = { what, currency, amountCents: unlinkedCents(note), to: "balance", number: note.number };
      return { kind: "refund_made", key: note.id, data };
    });
  const disputed = disputes.flatMap((dispute): QueuedMail[] => {
    const data = { what, currency, amountCents: dispute.cents, isFraud: dispute.reason === "fraudulent" };
    if (isOpenDispute(dispute)) return [{ kind: "dispute_opened", key: dispute.id, data }];
    if (dispute.status !== "won" && dispute.status !== "lost") return [];
    const outcome = { ...data, outcome: dispute.status };
    return [{ kind: "dispute_closed", key: `${dispute.id} ${dispute.status}`, data: outcome }];
  });
  return [...refunded, ...credited, ...disputed];
}
