import type { Catalogue } from "@/lib/billing/catalogue";
import { allowanceOf, type Entitlement } from "@/lib/billing/entitlement";
import { formatCredits, formatDate } from "@/lib/billing/format";
import { planOf } from "@/lib/billing/offers";
import { catalogue as ours } from "@/lib/billing/plans";
import type { Standing } from "@/lib/billing/standing";
import { planWords } from "./plan-words";

/** What became of a change of plan, told from what the account has now, so that it is true whenever it is read. */
export interface ChangedWords {
  state: "done" | "scheduled" | "pending";
  title: string;
  sentences: string[];
}

/** Says what has changed, what will, or what is still missing. Pure. */
export function changedWords(standing: Standing, entitlement: Entitlement, from: Catalogue = ours): ChangedWords {
  const { subscription } = standing;
  const words = planWords(standing, entitlement, from);
  if (subscription?.pending) {
    const { plan, until } = subscription.pending;
    return {
      state: "pending",
      title: "One step is left: the payment",
      sentences: [
        `Your bank wants you to confirm it, or it did not go through. ${plan ? `You are on ${planOf(plan, from).name}` : "The change is made"} as soon as it is paid.`,
        `Until then you are on ${words.name}, and nothing has changed. Unpaid, the change is dropped on ${formatDate(until)}.`,
      ],
    };
  }
  if (subscription?.scheduled) {
    const { scheduled } = subscription;
    const name = planOf(scheduled.plan, from).name;
    const isInterval = scheduled.plan === subscription.plan;
    const what = isInterval ? `${name}, paid ${scheduled.interval}` : name;
    const kept = isInterval ? `${words.name}, paid ${subscription.interval}` : words.name;
    return {
      state: "scheduled",
      title: `On ${formatDate(scheduled.at)} you change to ${what}`,
      sentences: [`Until then you keep ${kept}, and nothing was charged.`, "You can take the change back until then."],
    };
  }
  const credits = allowanceOf(entitlement, standing, from);
  return {
    state: "done",
    title: `You are on ${words.name}`,
    sentences: [
      ...(credits > 0
        ? [
            `${formatCredits(credits)} credits come with it every month. Those for the rest of this period reach your balance in a moment.`,
          ]
        : []),
      words.next,
      "A confirmation comes by mail, and the invoice stands under Billing.",
    ],
  };
}
