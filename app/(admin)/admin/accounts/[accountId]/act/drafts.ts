import type { Verb } from "@/components/admin/act-path";
import type { AdminAccount } from "@/lib/admin/account";
import type { Draft, Search } from "./draft";
import { hold, overage, release, sync } from "./draft-access";
import { gift } from "./draft-gift";
import { forgive, refund } from "./draft-money";
import { event, meter } from "./draft-waiting";

/**
 * What the page of an act says.
 * @param search what the address says besides the verb
 * @returns null if it is about something that this account does not have
 * @throws Error if Stripe or the database cannot answer
 */
export async function draftOf(verb: Verb, account: AdminAccount, search: Search, now: Date): Promise<Draft | null> {
  switch (verb) {
    case "gift":
      return gift(account, search, now);
    case "refund":
      return refund(account, search);
    case "forgive":
      return forgive(account, search);
    case "meter":
      return meter(account, search);
    case "event":
      return event(account, search);
    case "hold":
      return hold(account);
    case "release":
      return release(account);
    case "overage":
      return overage(account);
    case "sync":
      return sync(account);
  }
}
