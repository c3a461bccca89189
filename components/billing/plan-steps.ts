import { brand } from "@/components/brand/brand";
import type { Catalogue } from "@/lib/billing/catalogue";
import type { Entitlement } from "@/lib/billing/entitlement";
import { formatDate } from "@/lib/billing/format";
import { planOf, planVersion } from "@/lib/billing/offers";
import { catalogue as ours } from "@/lib/billing/plans";
import type { Standing, StandingSubscription } from "@/lib/billing/standing";
import { priceOf } from "./plan-words";

/** Something to do about the plan; the first one of a list is the button that mends what is wrong. */
export type PlanStep =
  | { does: "go"; label: string; href: "/billing/plan" | "/billing/cancel" | "/billing/invoices" | "/credits" }
  | { does: "pay"; label: string; url: string }
  | { does: "write"; label: string; url: string }
  | { does: "resume" | "revoke"; label: string }
  | { does: "card"; label: string }
  | { does: "details"; label: string };

export interface PlanSteps {
  /** Whether the first step is what to do now, rather than one of several. */
  hasLead: boolean;
  /** What is to be known before doing anything; null when the buttons say it all. */
  say: string | null;
  steps: PlanStep[];
}

const LIVE = ["trialing", "active", "past_due", "unpaid", "paused"];

/** Whether a plan is running, whatever its trouble; one that is being ended at once is not. */
export function isRunning({ subscription }: Standing): boolean {
  if (!subscription || subscription.endingRequestedAt) return false;
  return LIVE.includes(subscription.status === "unknown" ? (subscription.lastKnownStatus ?? "") : subscription.status);
}

/** Whether there is something to cancel: a plan that goes on. Unpaid or on hold, it can always be canceled. */
export function canCancel(standing: Standing): boolean {
  return isRunning(standing) && standing.subscription?.cancelAt === null;
}

const write = (label = "Write to us"): PlanStep => ({
  does: "write",
  label,
  url: `mailto:${brand.supportEmail}?subject=${encodeURIComponent(`${brand.name} billing`)}`,
});
const choose = (label: string): PlanStep => ({ does: "go", label, href: "/billing/plan" });
const card = (label = "Change card"): PlanStep => ({ does: "card", label });
const invoices: PlanStep = { does: "go", label: "See the invoices", href: "/billing/invoices" };

/** The page where Stripe takes the payment, or the invoices when its address is not known yet. */
const pay = (label: string, url: string | null | undefined): PlanStep => (url ? { does: "pay", label, url } : invoices);

const onStripe = "The page where you pay is Stripe's. Another card can be used there.";

type Main = Omit<PlanSteps, "hasLead">;

function whenUsual(subscription: StandingSubscription | null, from: Catalogue): Main {
  if (!subscription || subscription.status === "canceled" || subscription.status === "incomplete_expired")
    return {
      say: null,
      steps: [choose("Choose a plan"), { does: "go", label: "Buy credits", href: "/credits" }],
    };
  const { pending, scheduled, trialEnd, trialHasCard, status } = subscription;
  const keep = `Keep ${subscription.plan ? planOf(subscription.plan, from).name : "my plan"}`;
  if (pending)
    return {
      say: `Finish the payment by ${formatDate(pending.until)}, or the change is dropped and everything stays as it is. ${onStripe}`,
      steps: [pay("Finish the payment", pending.payUrl), { does: "revoke", label: keep }],
    };
  if (scheduled)
    return {
      say: "You can take the change back until then.",
      steps: [
        {
          does: "revoke",
          label: scheduled.plan === subscription.plan ? `Keep paying ${subscription.interval}` : keep,
        },
        choose("Choose another plan"),
      ],
    };
  if (status === "trialing" && trialEnd && !trialHasCard)
    return {
      say: "Nothing is charged for adding a card before the trial ends.",
      steps: [card("Add a card"), choose("Change plan")],
    };
  return { say: null, steps: [choose("Change plan")] };
}

function whenPaused(subscription: StandingSubscription | null, from: Catalogue): Main {
  const { plan, planVersion: version, interval = "monthly", trialHasCard = false } = subscription ?? {};
  const sold = plan && version != null ? planVersion(plan, version, from) : null;
  const price = sold && priceOf(sold, interval, from);
  const charge = price ? `, and ${price} for the first ${interval === "yearly" ? "year" : "month"} is charged` : "";
  const resume: PlanStep = { does: "resume", label: "Resume the plan" };
  return {
    say: `${trialHasCard ? "When you resume the plan" : "Add a card, then resume the plan:"} a new period begins at once${charge}.`,
    steps: trialHasCard ? [resume] : [card("Add a card"), resume],
  };
}

function inOrder({ subscription }: Standing, canChangePlan: Entitlement["canChangePlan"], from: Catalogue): Main {
  if (canChangePlan === "admin")
    return {
      say: "Your terms were agreed with a person. To change or end them, write to us.",
      steps: [write("Talk to us")],
    };
  if (canChangePlan === "no" && subscription)
    return {
      say: "We are checking this plan with Stripe, and it can be changed when that is done. If this stays for more than an hour, write to us.",
      steps: [write()],
    };
  return whenUsual(subscription, from);
}

function mainSteps(standing: Standing, { notice, canChangePlan }: Entitlement, from: Catalogue): Main {
  switch (notice?.code) {
    case "on_hold":
      return {
        say: "Nothing can be spent, bought or changed for now. Your credits are kept. Write to us and we will sort it out.",
        steps: [write()],
      };
    case "suspended":
      return {
        say: `Pay the invoice to use your credits again; after that you can choose a plan. ${onStripe}`,
        steps: [pay("Pay the invoice", notice.url), card()],
      };
    case "downgraded":
      return {
        say: `You are on the Free plan until it is paid; then your plan comes back at once. ${onStripe}`,
        steps: [pay("Pay the invoice", notice.url), card()],
      };
    case "pay_now":
      return {
        say:
          canChangePlan === "admin"
            ? "The invoice is past its due date. It can be paid by card or as it says on the invoice."
            : `Pay now, or change your card: the invoice is then tried again at once. ${onStripe}`,
        steps: [pay("Pay now", notice.url), ...(canChangePlan === "admin" ? [write()] : [card()])],
      };
    case "finish_payment":
      return {
        say: `The plan starts when the payment is done. Unfinished, it is dropped after 23 hours and nothing is charged. ${onStripe}`,
        steps: [pay("Finish the payment", notice.url)],
      };
    case "paused":
      return whenPaused(standing.subscription, from);
    case "collection_paused":
      return { say: "We have paused your payments. You can go on with the credits you have.", steps: [write()] };
    case "ending":
      return {
        say: "Your last use is being billed, which takes up to ten minutes. After that you can choose a plan again.",
        steps: [],
      };
    case "ends_on":
      return {
        say: "Until then nothing changes, and you can change your mind.",
        steps: [
          { does: "resume", label: "Resume my plan" },
          { does: "go", label: "End it now", href: "/billing/cancel" },
        ],
      };
    case "paid_until":
      return { say: "To go on after that, choose a plan.", steps: [choose("Choose a plan")] };
    case "trial_refused":
      return {
        say: "This card has had its free trial before, so no second one was started and nothing was charged.",
        steps: [choose("Choose a plan")],
      };
    case "trial_ends":
    case "change_pending":
    case "change_scheduled":
    case undefined:
      return inOrder(standing, canChangePlan, from);
  }
}

/**
 * What can be done about the plan now, so that no state is a dead end. Pure.
 * @param permitted whether the person is an owner or admin; others are told whom to ask
 * @param isCustomer whether Stripe knows this account, so that card and details can be changed there
 */
export function planSteps(
  standing: Standing,
  entitlement: Entitlement,
  { permitted, isCustomer }: { permitted: boolean; isCustomer: boolean },
  from: Catalogue = ours,
): PlanSteps {
  if (!permitted)
    return {
      hasLead: false,
      say: "Only owners and admins of this account can change the plan. Ask one of them.",
      steps: [],
    };
  const { say, steps } = mainSteps(standing, entitlement, from);
  const has = (does: PlanStep["does"]) => steps.some((step) => step.does === does);
  const isHeld = entitlement.notice?.code === "on_hold";
  return {
    hasLead: steps.length > 0 && steps[0]?.label !== "Change plan",
    say,
    steps: [
      ...steps,
      ...(isCustomer && !isHeld && !has("card") ? [card()] : []),
      ...(isCustomer && !isHeld ? [{ does: "details", label: "Billing details" } as const] : []),
      ...(canCancel(standing) && entitlement.canChangePlan !== "admin"
        ? [
            {
              does: "go",
              label: standing.subscription?.status === "trialing" ? "Cancel the trial" : "Cancel plan",
              href: "/billing/cancel",
            } as const,
          ]
        : []),
    ],
  };
}
