import type { Catalogue, Interval, Plan } from "@/lib/billing/catalogue";
import { formatCredits, formatDate, formatMoney } from "@/lib/billing/format";
import { planOf } from "@/lib/billing/offers";
import { catalogue as ours } from "@/lib/billing/plans";
import type { StandingSubscription } from "@/lib/billing/standing";
import type { ChangePreview } from "@/lib/subscriptions/preview";
import { rateInWords } from "./overage-words";
import { every, priceOf } from "./plan-words";

/** A plan as it is paid. */
export interface PaidPlan {
  plan: Plan;
  interval: Interval;
}

/** One line of the preview. */
export interface Line {
  label: string;
  value: string;
  /** The line that the others add up to. */
  isSum?: boolean;
}

/** A change of plan before it is made: what it costs, what it brings, what is lost and what stays. */
export interface ChangeWords {
  title: string;
  /** When it happens, in a sentence. */
  when: string;
  money: Line[];
  credits: Line[];
  /** What the card is charged by pressing the button. */
  charge: string;
  lost: string[];
  kept: string[];
  confirm: string;
}

type Planned = NonNullable<StandingSubscription["scheduled"]>;
type Drawn = Extract<ChangePreview, { ok: true }>;
type Now = Extract<Drawn, { kind: "now" }>;
type Later = Extract<Drawn, { kind: "at_period_end" }>;

/** "Pro", or "Pro, paid yearly" where only the interval tells two apart. */
export function planName({ plan, interval }: PaidPlan, other: PaidPlan): string {
  return plan.key === other.plan.key ? `${plan.name}, paid ${interval}` : plan.name;
}

const allowanceWords = (credits: number) => (credits > 0 ? `${formatCredits(credits)} a month` : "None included");

function overageLines(preview: Now): Line[] {
  const { overagePer1000Now: now, overagePer1000Next: next, overageChangesAt: at, currency } = preview;
  if (now === next || !at)
    return now === null && next === null ? [] : [{ label: "Overage", value: rateInWords(next ?? now, currency) }];
  return [
    { label: `Overage until ${formatDate(at)}`, value: rateInWords(now, currency) },
    { label: `Overage from ${formatDate(at)}`, value: rateInWords(next, currency) },
  ];
}

function keptWords(bought: number): string[] {
  return [
    bought > 0
      ? `The ${formatCredits(bought)} credits you bought or were given stay yours.`
      : "Credits you buy stay yours on every plan.",
    "Your conversations, API keys and invoices stay.",
  ];
}

function changeNow(preview: Now, from: PaidPlan, to: PaidPlan, bought: number): ChangeWords {
  const { currency, dueNowCents, nextCents, nextAt, creditsNow, allowance } = preview;
  const due = formatMoney(Math.max(0, dueNowCents), currency);
  const isCharged = dueNowCents > 0;
  return {
    title: `Change to ${planName(to, from)}`,
    when: "It happens at once, as soon as the payment is through. If the payment fails, your plan stays as it is.",
    money: [
      ...preview.lines.map(({ description, cents }) => ({ label: description, value: formatMoney(cents, currency) })),
      { label: "Due now", value: due, isSum: true },
      {
        label: `On ${formatDate(nextAt)}, then ${to.interval}`,
        value: formatMoney(nextCents, currency),
      },
    ],
    credits: [
      ...(creditsNow > 0
        ? [{ label: "Now, for the rest of this period", value: `+${formatCredits(creditsNow)}` }]
        : []),
      { label: `From ${formatDate(nextAt)}`, value: allowanceWords(allowance) },
      ...overageLines(preview),
    ],
    charge: isCharged
      ? `Your card will be charged ${due} now.`
      : dueNowCents < 0
        ? `Nothing is charged now; ${formatMoney(-dueNowCents, currency)} is taken off your next invoice.`
        : "Nothing is charged now.",
    lost: [],
    kept: keptWords(bought),
    confirm: isCharged ? `Pay ${due} and change` : "Change now",
  };
}

/** Features that the next plan does not list; what the Free plan has, every plan has. */
function lostFeatures(from: Plan, to: Plan, all: Catalogue): string[] {
  const kept = [...to.features, ...planOf("free", all).features];
  return from.features.filter((feature) => !kept.includes(feature) && !/credits|in advance|cap/i.test(feature));
}

function lostWords(from: PaidPlan, to: PaidPlan, at: string, allowance: number, all: Catalogue): string[] {
  const fewer = from.plan.monthlyAllowance - allowance;
  const features = lostFeatures(from.plan, to.plan, all);
  return [
    ...(fewer > 0
      ? [
          `From ${at} you have ${formatCredits(fewer)} credits a month fewer${
            allowance > 0 ? "" : ": none are included, and each one you use is billed after the month"
          }.`,
        ]
      : []),
    ...(fewer > 0 ? [`What is left of this period's credits ends on ${at}, as it does every period.`] : []),
    ...features.map(
      (feature) => `${from.plan.name} only, until ${at}: ${feature.charAt(0).toLowerCase()}${feature.slice(1)}.`,
    ),
  ];
}

function changeLater(preview: Later, from: PaidPlan, to: PaidPlan, bought: number, all: Catalogue): ChangeWords {
  const { at, currency, nextCents, allowance, interval, overagePer1000Next } = preview;
  const day = formatDate(at);
  const stays = planName(from, to);
  return {
    title: `Change to ${planName(to, from)}`,
    when: `It happens on ${day}, when the period you have paid for ends. Until then you keep ${stays}, and you can take the change back.`,
    money: [
      { label: "Due now", value: formatMoney(0, currency), isSum: true },
      {
        label: `On ${day}, then ${interval}`,
        value: nextCents > 0 ? formatMoney(nextCents, currency) : "For what you use",
      },
    ],
    credits: [
      { label: `Until ${day}`, value: allowanceWords(from.plan.monthlyAllowance) },
      { label: `From ${day}`, value: allowanceWords(allowance) },
      ...(overagePer1000Next === null
        ? []
        : [{ label: `Overage from ${day}`, value: rateInWords(overagePer1000Next, currency) }]),
    ],
    charge: "Nothing is charged now.",
    lost: lostWords(from, to, day, allowance, all),
    kept: keptWords(bought),
    confirm: `Change on ${day}`,
  };
}

/**
 * A preview in words. Pure: every sum is the preview's own, so that what is shown is what is charged.
 * @param about.bought credits that belong to no period: bought ones and gifts
 * @param about.replaced a change that is planned already, and that this one takes the place of
 */
export function changeWords(
  preview: Drawn,
  { from, to, bought, replaced }: { from: PaidPlan; to: PaidPlan; bought: number; replaced: Planned | null },
  all: Catalogue = ours,
): ChangeWords {
  const words =
    preview.kind === "now" ? changeNow(preview, from, to, bought) : changeLater(preview, from, to, bought, all);
  if (!replaced) return words;
  const { plan, interval, at } = replaced;
  const name = planName({ plan: planOf(plan, all), interval }, from);
  return { ...words, when: `${words.when} It takes the place of your change to ${name} on ${formatDate(at)}.` };
}

/** "$29.00 a month, 350,000 credits", for the line that says from what to what. */
export function planInAWord({ plan, interval }: PaidPlan, all: Catalogue = ours): string {
  const price = priceOf(plan, interval, all);
  const credits =
    plan.monthlyAllowance > 0 ? `${formatCredits(plan.monthlyAllowance)} credits a month` : "no credits included";
  return `${price ? `${price} ${every[interval]}` : "Nothing in advance"}, ${credits}`;
}
