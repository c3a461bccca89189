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

/** What an entry of the ledger was, in words. */
export function entryInWords(operation: string, feature: string | null): string {
  if (operation === "spend" && feature) return features[feature] ?? feature;
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
