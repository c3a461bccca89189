/** What keeps Stripe from finalizing an invoice, and who can mend it. */
export interface FinalizationProblem {
  /** What of the customer's is wrong, if it is theirs to mend; they are told. */
  readonly lacks: "address" | "tax_id" | null;
  /** For founders: what to do. */
  readonly wayOut: string;
}

const ADDRESS: readonly string[] = ["customer_tax_location_invalid", "invalid_tax_location", "incorrect_address"];
const TAX_ID: readonly string[] = ["tax_id_invalid", "tax_id_prohibited"];

/**
 * Who can mend an invoice that stays a draft since Stripe cannot finalize it, and how.
 * @param code Stripe's code of `last_finalization_error`
 */
export function finalizationProblem(code: string | null): FinalizationProblem {
  if (code && ADDRESS.includes(code))
    return {
      lacks: "address",
      wayOut:
        "The customer was asked for it by mail, and the invoice is finalized once they enter it. You can enter it for them on the customer in Stripe's Dashboard.",
    };
  if (code && TAX_ID.includes(code))
    return {
      lacks: "tax_id",
      wayOut:
        "The customer was asked for it by mail, and the invoice is finalized once they enter it. You can enter it for them on the customer in Stripe's Dashboard.",
    };
  return {
    lacks: null,
    wayOut:
      "Mend what it names, then finalize the invoice in Stripe's Dashboard. Until then nothing is charged for it, and the period has only the first part of its credits.",
  };
}
