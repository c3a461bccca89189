import { now } from "@/lib/clock";
import { isLivemode } from "@/lib/stripe/client";
import { rpc } from "@/lib/supabase/rpc";
import { type Check, PAGE, type Page } from "./check";

interface Stuck {
  id: string;
  type: string;
  status: "dead" | "pending";
  last_error: string | null;
  received_at: string;
  account: string | null;
}

async function stuckEvents(after: string | null): Promise<Page> {
  const rows = await rpc<Stuck[]>("read_stuck_events", {
    livemode: isLivemode(),
    after: after ?? "",
    most: PAGE,
    at: now(),
  });
  return {
    checked: rows.length,
    next: rows.length < PAGE ? null : (rows.at(-1)?.id ?? null),
    findings: rows.map(({ id, type, status, last_error: error, account }) => ({
      rule: "Every event of Stripe's is worked on within the hour",
      key: id,
      account,
      text: `${type} ${status === "dead" ? "was given up" : "waits"}${error ? `: ${error.slice(0, 300)}` : "."}`,
      ours: status,
      theirs: null,
      mend: null,
    })),
  };
}

/** Events that nobody has worked on. */
export const events: Check = {
  key: "events",
  title: "Events of Stripe's",
  agrees: "Every event that came was worked on.",
  alert: "sums_differ",
  phases: [stuckEvents],
};
