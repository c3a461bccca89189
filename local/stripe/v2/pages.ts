import { invalid } from "../core/error.ts";

interface V2List<T> {
  data: T[];
  next_page_url: string | null;
  previous_page_url: string | null;
}

const MOST = 100;
const USUAL = 20;

/**
 * One page of a v2 list, newest first. Pages are told by their addresses, which carry the number of the first row.
 * @param rows all that match, oldest first, as tables list them
 * @throws 400 for a limit that is not 1 to 100
 */
export function v2Page<T>(url: string, sent: { limit?: unknown; page?: unknown }, rows: T[]): V2List<T> {
  const limit = sent.limit === undefined ? USUAL : Number(sent.limit);
  if (!Number.isInteger(limit) || limit < 1 || limit > MOST)
    throw invalid("limit must be between 1 and 100.", "limit", "invalid_fields");
  const start = sent.page === undefined ? 0 : Number(sent.page);
  if (!Number.isInteger(start) || start < 0)
    throw invalid("page is not one that a list gave.", "page", "invalid_fields");
  const newestFirst = rows.toReversed();
  const address = (at: number) => `${url}?limit=${limit}&page=${at}`;
  return {
    data: newestFirst.slice(start, start + limit),
    next_page_url: start + limit < rows.length ? address(start + limit) : null,
    previous_page_url: start > 0 ? address(Math.max(0, start - limit)) : null,
  };
}

/** A parameter that may be sent once or several times, as a list. */
export function listOf(sent: unknown): string[] {
  if (sent === undefined) return [];
  return Array.isArray(sent) ? sent.map(String) : [String(sent)];
}
