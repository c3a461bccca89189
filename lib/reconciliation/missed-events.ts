import { z } from "zod";
import { raiseAlert, settleAlert } from "@/lib/alerts";
import { now } from "@/lib/clock";
import { receiveListedEvent } from "@/lib/events/inbox";
import { EVENT_TYPES } from "@/lib/events/types";
import { isLivemode, stripe } from "@/lib/stripe/client";
import { findEndpoints, isReachable, webhookUrl } from "@/lib/stripe/endpoint";
import { rpc } from "@/lib/supabase/rpc";

const JOB = "missed events";
const EVERY_SECONDS = 600;
/** Younger events may still be on their way. */
const YOUNG_SECONDS = 60;
/** Stripe's events are not quite in the order of their times. */
const OVERLAP_SECONDS = 300;
const FIRST_LOOK_SECONDS = 86_400;
/** Stripe lists events of the last thirty days; what is older is found by comparing the objects. */
const KEPT_SECONDS = 30 * 86_400 - 3600;
const MOST_TYPES = 20;

/** How far the list was read: everything before `from` is here; [from, until) is being read, newest first. */
const placeSchema = z.object({
  livemode: z.boolean(),
  from: z.number().int(),
  until: z.number().int().nullable(),
  types: z.number().int(),
  after: z.string().nullable(),
});
type Place = z.infer<typeof placeSchema>;

const seconds = (date: Date) => Math.floor(date.getTime() / 1000);

interface Deliveries {
  last_delivered_at: string | null;
  last_event_at: string | null;
  undelivered: number;
}

const readDeliveries = () => rpc<Deliveries>("read_deliveries", { livemode: isLivemode(), at: now() });

/** Where to go on; after a clock that was set back, or another key, from the beginning. */
async function readPlace(at: number): Promise<Place> {
  const { progress } = await rpc<{ progress: string | null }>("read_job", { name: JOB });
  const known = progress ? placeSchema.parse(JSON.parse(progress)) : null;
  if (known && known.livemode === isLivemode() && known.from <= at && (known.until ?? 0) <= at)
    return { ...known, from: Math.max(known.from, at - KEPT_SECONDS) };
  const { last_event_at: last } = await readDeliveries();
  const from = last ? seconds(new Date(last)) - OVERLAP_SECONDS : at - FIRST_LOOK_SECONDS;
  return { livemode: isLivemode(), from: Math.min(from, at - OVERLAP_SECONDS), until: null, types: 0, after: null };
}

const keepPlace = (place: Place) =>
  rpc("finish_job", { name: JOB, error: null, progress: JSON.stringify(place), at: now() });

/** Reads one page and says where the next one is; null when the stretch is read. */
async function readPage(place: Place & { until: number }): Promise<{ missed: number; next: Place | null }> {
  const page = await stripe().events.list({
    created: { gte: place.from, lt: place.until },
    types: EVENT_TYPES.slice(place.types, place.types + MOST_TYPES),
    limit: 100,
    ...(place.after ? { starting_after: place.after } : {}),
  });
  let missed = 0;
  for (const event of page.data) if ((await receiveListedEvent(event)) !== "duplicate") missed += 1;
  const last = page.data.at(-1);
  if (page.has_more && last) return { missed, next: { ...place, after: last.id } };
  const types = place.types + MOST_TYPES;
  return { missed, next: types < EVENT_TYPES.length ? { ...place, types, after: null } : null };
}

/** Where the next stretch begins once this one is read. */
const endOf = ({ from, until }: Place): number => Math.max(from, (until ?? from) - OVERLAP_SECONDS);

async function watchEndpoint(): Promise<void> {
  if (!isReachable(webhookUrl())) return;
  const endpoints = await findEndpoints(webhookUrl());
  const [first] = endpoints;
  if (first && endpoints.every(({ status }) => status !== "enabled"))
    await raiseAlert({
      kind: "webhook_disabled",
      key: webhookUrl(),
      data: { endpoint: first.id, url: webhookUrl() },
    });
  else await settleAlert({ kind: "webhook_disabled", key: webhookUrl() });
}

/** Events that only the list told us of, and nothing delivered since: Stripe does not get through. */
async function watchDeliveries(): Promise<void> {
  const { undelivered } = await readDeliveries();
  if (undelivered > 0) await raiseAlert({ kind: "webhook_silent", key: "webhook", data: { count: undelivered } });
  else await settleAlert({ kind: "webhook_silent", key: "webhook" });
}

/**
 * Reads Stripe's list of events from the last one known on and stores those that were never delivered, each once, in the
 * same inbox: after hours of downtime, a wrong secret or a disabled endpoint nothing is lost. Every ten minutes one or two
 * short pages; a long absence is made up in steps, and a crash repeats at most one page.
 * @param budget.seconds no further page is begun after so long
 * @returns how many events were new, or null if it is too early to ask again
 * @throws Error if Stripe or the database cannot answer; the next tick goes on
 */
export async function recoverMissedEvents({ seconds: most = 8 } = {}): Promise<number | null> {
  const at = seconds(now());
  const started = performance.now();
  let place = await readPlace(at);
  if (place.until === null) {
    const due = await rpc<{ ok: boolean }>("claim_job", { name: JOB, every_seconds: EVERY_SECONDS, at: now() });
    if (!due.ok) return null;
    place = { ...place, until: Math.max(place.from, at - YOUNG_SECONDS) };
    await keepPlace(place);
  }
  let missed = 0;
  do {
    const page = await readPage({ ...place, until: place.until ?? place.from });
    missed += page.missed;
    place = page.next ?? { ...place, from: endOf(place), until: null, types: 0, after: null };
    await keepPlace(place);
  } while (place.until !== null && performance.now() - started < most * 1000);
  if (missed > 0) console.error(`${missed} events of Stripe's were not delivered and were fetched from its list.`);
  await watchDeliveries();
  await watchEndpoint();
  return missed;
}
