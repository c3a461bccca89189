import { invalid, noSuch } from "./error.ts";
import { leftOut, type Request } from "./resource.ts";

interface ListParams {
  limit?: number;
  starting_after?: string;
  ending_before?: string;
  created?: number | { gt?: number; gte?: number; lt?: number; lte?: number };
}

/** What Stripe filters lists by and the double does not. */
const filtersLeftOut = [
  "allow_redisplay",
  "attach_to_self",
  "automatic_tax",
  "canceled_at",
  "completed_at",
  "current_period_end",
  "current_period_start",
  "customer_account",
  "customer_details",
  "due_date",
  "payment_link",
  "payout",
  "plan",
  "released_at",
  "shippable",
  "source",
  "transfer_group",
];

export interface List<T> {
  object: "list";
  data: T[];
  has_more: boolean;
  url: string;
}

/**
 * One page of objects, newest first, as `limit`, `starting_after`, `ending_before` and `created` ask.
 * @param objects all that match, oldest first, as tables list them
 * @throws 400 when the limit is not 1 to 100, a cursor names no object of the list, or a filter is not carried out
 */
export function page<T extends { id: string }>(request: Request<ListParams>, url: string, objects: T[]): List<T> {
  leftOut(request.params, filtersLeftOut);
  const { limit = 10, starting_after, ending_before, created } = request.params;
  if (limit < 1 || limit > 100)
    throw invalid("This value must be between 1 and 100.", "limit", "parameter_invalid_integer");
  if (starting_after && ending_before) {
    throw invalid("You may only specify one of these parameters: ending_before, starting_after.");
  }
  const newestFirst = objects.filter((object) => isWithin(object, created)).reverse();
  const cursor = starting_after ?? ending_before;
  const at = cursor === undefined ? -1 : newestFirst.findIndex((object) => object.id === cursor);
  if (cursor !== undefined && at < 0)
    throw noSuch("object", cursor, starting_after ? "starting_after" : "ending_before");
  const rest = ending_before === undefined ? newestFirst.slice(at + 1) : newestFirst.slice(0, at);
  const data = ending_before === undefined ? rest.slice(0, limit) : rest.slice(-limit);
  return { object: "list", data, has_more: rest.length > data.length, url };
}

/** A list inside another object, such as the items of a subscription: in the order given, all of it. */
export function wholeList<T>(url: string, data: T[]): List<T> {
  return { object: "list", data, has_more: false, url };
}

function isWithin(object: object, range: ListParams["created"]): boolean {
  if (range === undefined) return true;
  const created = (object as { created?: number }).created ?? 0;
  if (typeof range === "number") return created === range;
  return (
    created > (range.gt ?? -1) &&
    created >= (range.gte ?? 0) &&
    created < (range.lt ?? Number.POSITIVE_INFINITY) &&
    created <= (range.lte ?? Number.POSITIVE_INFINITY)
  );
}
