import { now } from "@/lib/clock";
import { env } from "@/lib/env";
import { fromSeconds, stripe } from "@/lib/stripe/client";
import { isReachable, webhookUrl } from "@/lib/stripe/endpoint";
import { rpc } from "@/lib/supabase/rpc";
import { type Finding, look, note, ok, problem } from "./finding";

const DAY_SECONDS = 86_400;
/** Deliveries may take a while; younger events prove nothing. */
const YOUNG_SECONDS = 900;

/**
 * Whether what Stripe sent in the last day has arrived here: a wrong secret or a wrong address shows nowhere else.
 * @param events the kinds that the endpoint sends
 */
export function lookAtArrivals(events: readonly string[]): Promise<Finding[]> {
  return look("Stripe's latest events could not be compared with ours", "Try again when both answer.", async () => {
    if (!isReachable(webhookUrl())) return [note("Whether events arrive is up to stripe listen.")];
    const at = Math.floor(now().getTime() / 1000);
    const created = { gte: at - DAY_SECONDS, lte: at - YOUNG_SECONDS };
    const types = events.slice(0, 20);
    const { data } = await stripe().events.list({ created, limit: 100, ...(env().STRIPE_API_BASE ? {} : { types }) });
    const newest = data.find(({ type }) => events.includes(type));
    if (!newest) return [ok("Stripe has sent nothing in the last day, so nothing can be missing.")];
    const { received_at } = await rpc<{ received_at: string | null }>("read_last_event", {});
    if (received_at && Date.parse(received_at) >= newest.created * 1000) return [ok("Stripe's events arrive.")];
    const since = fromSeconds(newest.created).toISOString();
    return [
      problem(
        `Stripe made an event at ${since}, and none has arrived since.`,
        "Look at its deliveries in Stripe, Developers → Webhooks. 400 means that STRIPE_WEBHOOK_SECRET is not the endpoint's: " +
          "it is another mode's, or it was swapped with STRIPE_THIN_WEBHOOK_SECRET.",
      ),
    ];
  });
}
