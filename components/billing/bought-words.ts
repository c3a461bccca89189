import { formatCredits, formatDate } from "@/lib/billing/format";

/** What was bought. */
export interface Bought {
  kind: "pack" | "plan";
  name: string;
  credits: number;
}

/** A trial that a plan begins with. */
export interface Trial {
  endsAt: string;
  credits: number;
}

/**
 * What a purchase has brought, once it is paid or its trial has begun. Pure.
 * @param arrived whether the credits are in the balance already
 */
export function boughtWords(bought: Bought, trial: Trial | null, arrived: boolean): { title: string; text: string } {
  const sum = formatCredits(bought.credits);
  const where = arrived ? "They are in your balance." : "They reach your balance in a moment.";
  if (bought.kind === "pack")
    return {
      title: `${sum} credits are yours`,
      text: `${where} A receipt comes by mail, and the invoice stands under Billing.`,
    };
  if (trial)
    return {
      title: `Your trial of ${bought.name} has begun`,
      text: `${sum} credits come with it. ${where} It runs until ${formatDate(new Date(trial.endsAt))}, and nothing is charged if you cancel before; you can do that under Billing.`,
    };
  const title = `You are on ${bought.name}`;
  if (bought.credits === 0)
    return {
      title,
      text: "Nothing was charged. What you use is billed after each month, up to a cap that you can set under Billing.",
    };
  return { title, text: `${sum} credits come with it every month. ${where} The invoice stands under Billing.` };
}
