import { plans } from "@/lib/billing/plans";

/** What of a line says what an invoice is for. */
export interface AboutLine {
  readonly kind: "base" | "overage" | "pack" | "proration" | "credit" | "other";
  readonly plan_key: string | null;
  readonly description: string | null;
  readonly amount_cents: number;
}

const planName = (key: string | null) => plans.find((plan) => plan.key === key)?.name ?? null;

/** "Starter plan and overage", "Change of plan", "50,000 credits": what an invoice is for, from its lines. */
export function aboutOf(lines: readonly AboutLine[], otherwise: string | null): string {
  const base = lines.find(({ kind }) => kind === "base");
  const overage = lines.find((line) => line.kind === "overage" && (line.amount_cents > 0 || !base));
  const parts = [
    ...(base ? [`${planName(base.plan_key) ?? "Your"} plan`] : []),
    ...(lines.some(({ kind }) => kind === "proration") ? ["change of plan"] : []),
    ...(overage ? ["overage"] : []),
    ...lines.flatMap(({ kind, description }) => (kind === "pack" ? [description ?? "credits"] : [])),
  ];
  const rest = lines.find(({ kind }) => kind === "other" || kind === "credit")?.description;
  const words = (parts.length > 0 ? parts : [otherwise ?? rest ?? "Invoice"]).join(" and ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
