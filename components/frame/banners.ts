import { brand } from "@/components/brand/brand";
import type { Entitlement } from "@/lib/billing/entitlement";
import { formatCredits, formatDate } from "@/lib/billing/format";
import { planOf } from "@/lib/billing/offers";
import { policy } from "@/lib/billing/plans";

/** What a banner is chosen from. Plain values only: it crosses from server to browser. */
export interface BannerFacts {
  notice: Entitlement["notice"];
  frozen: boolean;
  /** Why the account is on hold, if it is: an admin's decision, or a dispute for fraud. */
  hold?: "admin" | "fraud" | null;
  /** A payment is disputed at the bank, which has not decided yet. */
  isDisputed?: boolean;
  debt: number;
  available: number;
  lowCreditThreshold: number | null;
  /** Credits that may still be used as overage; while there are any, few credits are no trouble. */
  overageLeft: number;
  /** An owner whose address takes no mail. */
  unreached?: { address: string; isYou: boolean } | null;
  /** What of the customer's keeps an invoice from being made, if anything does. */
  invoiceLacks?: "address" | "tax_id" | null;
  /** false for members, who are told whom to ask instead of being sent to checkout. */
  canManageBilling: boolean;
}

export interface BannerChoice {
  /** Stable name of the reason, for tests. */
  code: string;
  tone: "info" | "warning" | "danger";
  title: string;
  text: string;
  action: { label: string; href: string } | null;
}

const ask = "Ask an owner or admin of this account to do it.";

function fix(facts: BannerFacts, label: string, href: string): BannerChoice["action"] {
  return facts.canManageBilling ? { label, href } : null;
}

function on(date: Date | undefined): string {
  return date ? ` on ${formatDate(new Date(date))}` : "";
}

function stopped(facts: BannerFacts): BannerChoice | null {
  const { notice } = facts;
  if (notice?.code === "suspended")
    return {
      code: "suspended",
      tone: "danger",
      title: "This account is suspended",
      text: "An invoice has gone unpaid for too long. Your credits and conversations are kept; pay the invoice to use them again.",
      action: fix(facts, "Pay the invoice", payUrl(facts)),
    };
  if (facts.hold === "fraud")
    return {
      code: "on_hold_for_fraud",
      tone: "danger",
      title: "This account is on hold because of a disputed payment",
      text: "The bank was told that a payment was not the cardholder's. Nothing can be spent or bought until that is settled; what you have is kept. If it was a mistake, tell your bank and write to us.",
      action: { label: "Contact support", href: `mailto:${brand.supportEmail}` },
    };
  if (notice?.code === "on_hold" || facts.frozen)
    return {
      code: "on_hold",
      tone: "danger",
      title: "This account is on hold",
      text: "Nothing can be spent or bought for now. Your credits are kept. Write to us and we will sort it out.",
      action: { label: "Contact support", href: `mailto:${brand.supportEmail}` },
    };
  if (facts.debt > 0)
    return {
      code: "debt",
      tone: "danger",
      title: `You owe ${formatCredits(facts.debt)} credits`,
      text: `${facts.isDisputed ? "A payment is disputed at the bank, and credits it had bought were used already." : "More was used than this account had, or a payment whose credits were used went back."} Nothing new can be asked until it is settled. The next credits that come in, bought or from your plan, do that first.`,
      action: fix(facts, "Add credits", "/credits#packs"),
    };
  return null;
}

type Code = NonNullable<Entitlement["notice"]>["code"];
type Wording = (facts: BannerFacts) => BannerChoice;

const payUrl = ({ notice }: BannerFacts) => notice?.url ?? "/billing";

function nameOf({ notice }: BannerFacts): string | null {
  return notice?.plan ? planOf(notice.plan).name : null;
}

const unpaid: Partial<Record<Code, Wording>> = {
  downgraded: (facts) => ({
    code: "downgraded",
    tone: "danger",
    title: "Your plan is paused because an invoice is unpaid",
    text: "You are on the Free plan until it is paid; then your plan comes back at once.",
    action: fix(facts, "Pay the invoice", payUrl(facts)),
  }),
  pay_now: (facts) => ({
    code: "pay_now",
    tone: "warning",
    title: facts.notice?.at ? `An invoice was due${on(facts.notice.at)}` : "Your last payment did not go through",
    text: facts.notice?.at
      ? "Pay it so that your plan goes on. If you have paid, it may still be on its way."
      : "Pay now, or use another card, so that your plan goes on.",
    action: fix(facts, "Pay now", payUrl(facts)),
  }),
  finish_payment: (facts) => ({
    code: "finish_payment",
    tone: "warning",
    title: "Your payment is not finished",
    text: "Your bank asks you to confirm it. The plan starts when you have.",
    action: fix(facts, "Finish the payment", payUrl(facts)),
  }),
  change_pending: (facts) => ({
    code: "change_pending",
    tone: "warning",
    title: `Your change to ${nameOf(facts) ?? "another plan"} waits for its payment`,
    text: `Nothing has changed yet. Unpaid, it is dropped${on(facts.notice?.at)}, and your plan stays as it is.`,
    action: fix(facts, "Finish the payment", payUrl(facts)),
  }),
};

function stuck(facts: BannerFacts): BannerChoice | null {
  if (!facts.invoiceLacks) return null;
  const lacking = facts.invoiceLacks === "address" ? "billing address" : "tax id";
  return {
    code: "invoice_stuck",
    tone: "warning",
    title: `Your ${lacking} is needed for your next invoice`,
    text: `It could not be made, because your ${lacking} is ${facts.invoiceLacks === "address" ? "missing or not known" : "not valid"}. Nothing has been charged. Until it is made and paid, your plan goes on with the first part of its credits. Put it right under "Billing details".`,
    action: fix(facts, "Open billing", "/billing"),
  };
}

function disputed(facts: BannerFacts): BannerChoice | null {
  if (!facts.isDisputed) return null;
  return {
    code: "disputed",
    tone: "warning",
    title: "A payment of yours is disputed at the bank",
    text: "Until the bank has decided, the credits it bought are held, and nothing can be used beyond your credits. If it was a mistake, tell your bank and write to us.",
    action: fix(facts, "See the payment", "/billing/invoices"),
  };
}

function low(facts: BannerFacts): BannerChoice | null {
  const { available, lowCreditThreshold, overageLeft } = facts;
  if (overageLeft > 0) return null;
  if (available === 0)
    return {
      code: "out_of_credits",
      tone: "warning",
      title: "You have no credits left",
      text: "Questions will not be sent until there are some. What you have written is kept.",
      action: fix(facts, "Add credits", "/credits#packs"),
    };
  if (lowCreditThreshold !== null && available < lowCreditThreshold)
    return {
      code: "low_credit",
      tone: "warning",
      title: `You have ${formatCredits(available)} credits left`,
      text: `That is less than ${policy.lowCreditPercent} % of what you had after credits last came in. At zero, answers stop.`,
      action: fix(facts, "Add credits", "/credits#packs"),
    };
  return null;
}

function unreachable({ unreached, canManageBilling }: BannerFacts): BannerChoice | null {
  if (!unreached || !canManageBilling) return null;
  const { address, isYou } = unreached;
  return {
    code: "unreachable",
    tone: "warning",
    title: `We cannot reach ${isYou ? "you at " : ""}${address}`,
    text: isYou
      ? "Mail comes back from there, also about payments. With another address you get what you missed."
      : "Mail to this owner comes back, also about payments. They can change their address under Settings.",
    action: isYou ? { label: "Change the address", href: "/settings" } : null,
  };
}

const seePlan = (facts: BannerFacts) => fix(facts, "See your plan", "/billing");

const paused: Wording = (facts) => ({
  code: "paused",
  tone: "info",
  title: "Your plan is paused",
  text: "You can go on with the credits you have.",
  action: seePlan(facts),
});

const soon: Partial<Record<Code, Wording>> = {
  ends_on: (facts) => ({
    code: "ends_on",
    tone: "info",
    title: `Your plan ends${on(facts.notice?.at)}`,
    text: "Until then nothing changes. Credits you bought stay yours.",
    action: seePlan(facts),
  }),
  paid_until: (facts) => ({
    code: "paid_until",
    tone: "info",
    title: `Your plan is paid and ends${on(facts.notice?.at)}`,
    text: "Choose a plan to go on after that.",
    action: fix(facts, "Choose a plan", "/billing/plan"),
  }),
  trial_ends: (facts) =>
    facts.notice?.hasCard === false
      ? {
          code: "trial_without_card",
          tone: "warning",
          title: `Your trial ends${on(facts.notice?.at)}, and no card is saved`,
          text: "Add one before, or the plan ends with the trial. Nothing is charged until then.",
          action: fix(facts, "Add a card", "/billing"),
        }
      : {
          code: "trial_ends",
          tone: "info",
          title: `Your trial ends${on(facts.notice?.at)}`,
          text: "Your card is charged then for the first time, unless you cancel before.",
          action: seePlan(facts),
        },
  ending: () => ({
    code: "ending",
    tone: "info",
    title: "Your plan has ended",
    text: "What you used beyond your credits is being billed, which takes up to ten minutes. Credits you bought can be used.",
    action: null,
  }),
  change_scheduled: (facts) => ({
    code: "change_scheduled",
    tone: "info",
    title: `You change to ${nameOf(facts) ?? "another plan"}${on(facts.notice?.at)}`,
    text: "Until then nothing changes, and you can take it back.",
    action: seePlan(facts),
  }),
  trial_refused: (facts) => ({
    code: "trial_refused",
    tone: "info",
    title: "Your card has had its free trial before",
    text: "So no second one was started, and nothing was charged. You can take the plan without a trial.",
    action: fix(facts, "Choose a plan", "/billing/plan"),
  }),
  paused,
  collection_paused: paused,
};

/**
 * The one banner to show: the most serious first. What stops everything, then debt, then unpaid invoices, then one that
 * cannot be made, then mail that comes back (of which those before it tell too), then a payment that is disputed, then
 * credits that run out, then what ends soon. null: nothing to say.
 */
export function chooseBanner(facts: BannerFacts): BannerChoice | null {
  const said = (wordings: Partial<Record<Code, Wording>>) => facts.notice && wordings[facts.notice.code]?.(facts);
  const first = stopped(facts) ?? said(unpaid) ?? stuck(facts);
  const lost = unreachable(facts);
  if (first && lost) return { ...first, text: `${first.text} ${lost.title}: change the address under Settings.` };
  const choice = first ?? lost ?? disputed(facts) ?? low(facts) ?? said(soon) ?? null;
  if (!choice || choice.action || facts.canManageBilling || choice.tone === "info") return choice;
  return { ...choice, text: `${choice.text} ${ask}` };
}
