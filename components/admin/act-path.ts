import type { Route } from "next";
import type { AccountId } from "@/lib/billing/units";

/** What an admin can do to an account. */
export const VERBS = ["gift", "hold", "release", "refund", "forgive", "overage", "meter", "event", "sync"] as const;
export type Verb = (typeof VERBS)[number];

/** The page on which an act is looked at before it is done. */
export function actPath(account: AccountId, verb: Verb, about: Record<string, string> = {}): Route {
  const query = new URLSearchParams(about).toString();
  return `/admin/accounts/${account}/act/${verb}${query && `?${query}`}` as Route;
}
