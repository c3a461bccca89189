import { invalid, noSuch } from "./error.ts";
import { leftOut, type Request } from "./resource.ts";
import type { Kept, Table } from "./store.ts";

interface ListParams {
  limit?: number;
  starting_after?: string;
  ending_before?: string;
  created?: Range;
}

/** A moment or a stretch of time that a list is asked for, in unix seconds. */
export type Range = number | { gt?: number; gte?: number; lt?: number; lte?: number };

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
 * One page of a table, newest first, as `limit`, `starting_after`, `ending_before` and `created` ask. A cursor may name
 * any object of the table, so that paging goes on although what was seen fits the filters no more.
 * @param matches the filters of this list
 * @throws 400 when the limit is not 1 to 100, a cursor names no object, or a filter is not carried out
 */
export function pageOf<T extends Kept>(
  request: Request<ListParams>,
  url: string,
  table: Table<T>,
  matches: (row: T) => boolean = () => true,
): List<T> {
  const { starting_after, ending_before, created } = request.params;
  const limit = checkedLimit(request);
  const cursor = starting_after ?? ending_before;
  const ids: string[] = [];
  let isPassed = false;
  table.find((row) => {
    if (row.id === cursor) {
      isPassed = true;
      return false;
    }
    const isAsked = cursor === undefined || (starting_after === undefined ? isPassed : !isPassed);
    if (isAsked && isWithin((row as { created?: number }).created, created) && matches(row)) ids.push(row.id);
    return false;
  });
  if (cursor !== undefined && !isPassed) throw noCursor(cursor, starting_after !== undefined);
  const rest = ids.reverse();
  const shown = ending_before === undefined ? rest.slice(0, limit) : rest.slice(-limit);
  const data = shown.flatMap((id) => table.get(id) ?? []);
  return { object: "list", data, has_more: rest.length > data.length, url };
}

/**
 * One page of objects that are no table of their own, such as the lines of an invoice.
 * @param objects all that match, oldest first, as tables list them
 * @throws 400 when the limit is not 1 to 100, a cursor names no object of the list, or a filter is not carried out
 */
export function page<T extends { id: string }>(request: Request<ListParams>, url: string, objects: T[]): List<T> {
  const { starting_after, ending_before, created } = request.params;
  const limit = checkedLimit(request);
  const newestFirst = objects.filter((object) => isWithin((object as { created?: number }).created, created)).reverse();
  const cursor = starting_after ?? ending_before;
  const at = cursor === undefined ? -1 : newestFirst.findIndex((object) => object.id === cursor);
  if (cursor !== undefined && at < 0) throw noCursor(cursor, starting_after !== undefined);
  const rest = ending_before === undefined ? newestFirst.slice(at + 1) : newestFirst.slice(0, at);
  const data = ending_before === undefined ? rest.slice(0, limit) : rest.slice(-limit);
  return { object: "list", data, has_more: rest.length > data.length, url };
}

/** A list inside another object, such as the items of a subscription: in the order given, all of it. */
export function wholeList<T>(url: string, data: T[]): List<T> {
  return { object: "list", data, has_more: false, url };
}

/** Whether a moment lies in the stretch a list is asked for; without one every moment does. */
export function isWithin(at: number | null | undefined, range: Range | undefined): boolean {
  if (range === undefined) return true;
  const moment = at ?? 0;
  if (typeof range === "number") return moment === range;
  return (
    moment > (range.gt ?? -1) &&
    moment >= (range.gte ?? 0) &&
    moment < (range.lt ?? Number.POSITIVE_INFINITY) &&
    moment <= (range.lte ?? Number.POSITIVE_INFINITY)
  );
}

function checkedLimit({ params }: Request<ListParams>): number {
  leftOut(params, filtersLeftOut);
  const { limit = 10, starting_after, ending_before } = params;
  if (limit < 1 || limit > 100)
    throw invalid("This value must be between 1 and 100.", "limit", "parameter_invalid_integer");
  if (starting_after && ending_before) {
    throw invalid("You may only specify one of these parameters: ending_before, starting_after.");
  }
  return limit;
}

const noCursor = (id: string, isAfter: boolean) => noSuch("object", id, isAfter ? "starting_after" : "ending_before");
