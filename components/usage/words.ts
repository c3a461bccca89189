import { formatDate } from "@/lib/billing/format";

const operations: Record<string, string> = {
  grant: "Credits added",
  spend: "Used",
  expire: "Expired",
  void: "Canceled",
  claw_back: "Taken back after a refund",
  reinstate: "Given back",
  repay: "Debt repaid",
};

const features: Record<string, string> = {
  assistant: "Assistant",
  summarize: "Summary",
  readability: "Readability report",
};

/** What something was used for, in words; features of the customer's own keep their names. */
export const featureInWords = (feature: string): string => features[feature] ?? feature;

/** What an entry of the ledger was, in words. */
export function entryInWords(operation: string, feature: string | null): string {
  if (operation === "spend" && feature) return featureInWords(feature);
  return operations[operation] ?? operation;
}

/** A day as the database writes it, as people read it: "22 Nov". */
export const shortDay = (day: string): string =>
  formatDate(new Date(`${day}T00:00:00Z`))
    .split(" ")
    .slice(0, 2)
    .join(" ");

/** A change of the balance with its sign: "+50,000", "−52". */
export const signed = (credits: number, format: (amount: number) => string): string =>
  credits < 0 ? `−${format(-credits)}` : credits > 0 ? `+${format(credits)}` : "0";

/** A share of a whole: "41 %", "<1 %". */
export function share(part: number, whole: number): string {
  const percent = whole > 0 ? (part / whole) * 100 : 0;
  return percent > 0 && percent < 1 ? "<1 %" : `${Math.round(percent)} %`;
}
