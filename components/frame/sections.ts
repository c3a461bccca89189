import { ChartColumn, Coins, CreditCard, FileText, type LucideIcon, MessageSquare, Settings } from "lucide-react";
import type { Route } from "next";

export interface Section {
  href: Route;
  label: string;
  icon: LucideIcon;
}

/** Where the product begins; people land there too once they are signed in (HOME in lib/accounts/own-path.ts). */
export const home: { href: Route; label: string } = { href: "/assistant", label: "To the assistant" };

/** The parts of the signed-in product, in the order of the sidebar. */
export const sections: readonly Section[] = [
  { href: "/assistant", label: "Assistant", icon: MessageSquare },
  { href: "/summarize", label: "Summarize", icon: FileText },
  { href: "/usage", label: "Usage", icon: ChartColumn },
  { href: "/credits", label: "Credits", icon: Coins },
  { href: "/billing", label: "Billing", icon: CreditCard },
  { href: "/settings", label: "Settings", icon: Settings },
];

/** Whether a path lies in a section. */
export function isWithin(path: string, href: string): boolean {
  return path === href || path.startsWith(`${href}/`);
}
