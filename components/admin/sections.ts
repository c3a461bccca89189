import { Banknote, Gauge, History, ListChecks, type LucideIcon, Mail, Users } from "lucide-react";

export interface AdminSection {
  href: string;
  label: string;
  icon: LucideIcon;
}

export const ADMIN_HOME = "/admin";

/** The parts of the admin area, in the order of its sidebar. */
export const adminSections: readonly AdminSection[] = [
  { href: ADMIN_HOME, label: "Overview", icon: Gauge },
  { href: "/admin/accounts", label: "Accounts", icon: Users },
  { href: "/admin/checks", label: "Checks", icon: ListChecks },
  { href: "/admin/finance", label: "Finance", icon: Banknote },
  { href: "/admin/mail", label: "Mail", icon: Mail },
  { href: "/admin/audit", label: "Audit", icon: History },
];

/** Whether a path lies in a section; the overview holds itself and the alerts. */
export function isInSection(path: string, href: string): boolean {
  if (href === ADMIN_HOME) return path === href || path === "/admin/alerts";
  return path === href || path.startsWith(`${href}/`);
}
