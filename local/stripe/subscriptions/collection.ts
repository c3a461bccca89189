import { invalid } from "../core/error.ts";
import type { Subscription } from "./items.ts";

type Collection = Pick<Subscription, "collection_method" | "days_until_due">;

/**
 * How the invoices of a subscription are collected after a request: charged automatically, or sent with days to pay.
 * @throws 400 for invoices that are sent without days to pay, or days where there is nothing to send
 */
export function collectionOf(
  sent: { collection_method?: Subscription["collection_method"]; days_until_due?: number },
  before: Collection = { collection_method: "charge_automatically", days_until_due: null },
): Collection {
  const collection_method = sent.collection_method ?? before.collection_method;
  const days = sent.days_until_due ?? before.days_until_due;
  if (collection_method === "send_invoice") {
    if (days !== null) return { collection_method, days_until_due: days };
    throw invalid("If `collection_method` is `send_invoice`, you must pass `days_until_due`.", "days_until_due");
  }
  if (sent.days_until_due === undefined) return { collection_method, days_until_due: null };
  throw invalid("`days_until_due` can only be used with `collection_method=send_invoice`.", "days_until_due");
}
