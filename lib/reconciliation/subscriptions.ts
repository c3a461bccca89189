import type Stripe from "stripe";
import { fromSecondsOrNull, idOf, stripe } from "@/lib/stripe/client";
import { type Check, type Finding, nextOf, PAGE, type Page, type Run, startingAfter } from "./check";
import { idsOf, type Mirror, readMirror } from "./mirror";

const iso = (time: Date | null) => time?.toISOString() ?? "no";

interface Facts {
  status: string;
  cancelAt: Date | null;
  endedAt: Date | null;
  isPaused: boolean;
}

const inWords = ({ status, cancelAt, endedAt, isPaused }: Facts, periodEnd: string): string =>
  [
    status,
    endedAt ? `ended ${iso(endedAt)}` : `period to ${periodEnd}`,
    ...(cancelAt && !endedAt ? [`ends ${iso(cancelAt)}`] : []),
    ...(isPaused ? ["collection paused"] : []),
  ].join(", ");

/** Both sides in words; equal words are an equal state. */
function compare(subscription: Stripe.Subscription, mirrored: Mirror["subscriptions"][string]) {
  const ends = subscription.items.data.map((item) => iso(fromSecondsOrNull(item.current_period_end)));
  const ownEnd = iso(mirrored.period_end_at);
  const theirs = inWords(
    {
      status: subscription.status,
      cancelAt: fromSecondsOrNull(subscription.cancel_at),
      endedAt: fromSecondsOrNull(subscription.ended_at),
      isPaused: subscription.pause_collection !== null,
    },
    ends.includes(ownEnd) ? ownEnd : (ends[0] ?? "no end"),
  );
  const ours = inWords(
    {
      status: mirrored.status,
      cancelAt: mirrored.cancel_at,
      endedAt: mirrored.ended_at,
      isPaused: mirrored.is_paused,
    },
    ownEnd,
  );
  return { ours, theirs };
}

function findingsOf(subscription: Stripe.Subscription, known: Mirror): Finding[] {
  const customer = idOf(subscription.customer) ?? "";
  const owner = known.customers[customer];
  if (!owner) return [];
  const about = {
    rule: "Every subscription is here as it is at Stripe",
    key: subscription.id,
    account: owner.account,
    mend: { what: "customer", customer } as const,
  };
  const mirrored = known.subscriptions[subscription.id];
  if (!mirrored)
    return [
      {
        ...about,
        text: `The subscription ${subscription.id} is not known here.`,
        ours: null,
        theirs: subscription.status,
      },
    ];
  const { ours, theirs } = compare(subscription, mirrored);
  if (ours === theirs) return [];
  return [{ ...about, text: `The subscription ${subscription.id} is another at Stripe.`, ours, theirs }];
}

async function atStripe(after: string | null): Promise<Page> {
  const list = await stripe().subscriptions.list({ status: "all", limit: PAGE, ...startingAfter(after) });
  const known = await readMirror({
    customers: idsOf(list.data.map(({ customer }) => idOf(customer))),
    subscriptions: list.data.map(({ id }) => id),
  });
  return {
    checked: list.data.length,
    seen: list.data.map(({ id }) => id),
    next: nextOf(list),
    findings: list.data.flatMap((subscription) => findingsOf(subscription, known)),
  };
}

async function here(after: string | null, run: Run): Promise<Page> {
  const { held, next } = await run.unseen("subscription", null, after ?? "");
  return {
    checked: held.length,
    next,
    findings: held.map(({ id, account, customer }) => ({
      rule: "Every subscription that runs here exists at Stripe",
      key: id,
      account,
      text: `Stripe does not list the subscription ${id}, which runs here.`,
      ours: id,
      theirs: null,
      mend: { what: "customer", customer },
    })),
  };
}

/** Subscriptions, both directions: status, period, end and pause. */
export const subscriptions: Check = {
  key: "subscriptions",
  title: "Subscriptions",
  agrees: "Every subscription is here as it is at Stripe.",
  alert: "sums_differ",
  phases: [atStripe, here],
};
