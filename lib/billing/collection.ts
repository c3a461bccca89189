/**
 * Whether Stripe goes on trying an invoice by itself: `stopped` while a person keeps it from that, `over` when nothing
 * more will be tried.
 */
export type Collection = "running" | "stopped" | "over";

/**
 * What an invoice that Stripe tries no longer means. Both a person who stops the tries and Stripe after its last one
 * leave the same mark: what had tries to come, and has none without another having been made, was stopped by a person.
 * @param known the invoice as it was when Stripe was last asked; undefined for one that is new here
 */
export function collectionOf(
  invoice: { readonly advances: boolean; readonly attempts: number; readonly hasNextAttempt: boolean },
  known: { readonly attempts: number; readonly collection: Collection } | undefined,
): Collection {
  if (invoice.advances) return invoice.hasNextAttempt ? "running" : "over";
  return known && known.attempts === invoice.attempts && known.collection !== "over" ? "stopped" : "over";
}
