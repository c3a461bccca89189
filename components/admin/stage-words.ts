import type { DunningStage } from "@/lib/billing/standing";

type Tone = "neutral" | "success" | "warning" | "danger";

/** How far an unpaid plan is, in words, the furthest first. */
export const stages: Record<DunningStage, { label: string; means: string; tone: Tone }> = {
  suspended: { label: "Suspended", means: "read, export and pay only", tone: "danger" },
  downgraded: { label: "Downgraded", means: "has the Free plan until it is paid", tone: "danger" },
  warned: { label: "Warned", means: "keeps its plan, without overage", tone: "warning" },
  retrying: { label: "Retrying", means: "keeps its plan while Stripe tries again", tone: "neutral" },
};

/** A stage that may be another one in years to come. */
export function stageOf(stage: string): { label: string; tone: Tone } {
  return stage in stages ? stages[stage as DunningStage] : { label: stage, tone: "neutral" };
}

/** How a dunning case ended, in words. */
export const outcomes: Record<"paid" | "forgiven" | "lost", string> = {
  paid: "Paid",
  forgiven: "Forgiven",
  lost: "Lost",
};
