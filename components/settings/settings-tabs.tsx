import type { Route } from "next";
import Link from "next/link";
import { cn } from "@/components/ui/cn";

const PAGES = [
  { href: "/settings", label: "Profile and account" },
  { href: "/settings/notifications", label: "Notifications" },
  { href: "/settings/api-keys", label: "API keys" },
] as const;

/** The pages of the settings. */
export function SettingsTabs({ current }: { current: (typeof PAGES)[number]["href"] }) {
  return (
    <nav aria-label="Settings" className="flex gap-6 border-b border-border">
      {PAGES.map(({ href, label }) => (
        <Link
          key={href}
          href={href as Route}
          aria-current={href === current ? "page" : undefined}
          className={cn(
            "-mb-px border-b-2 border-transparent py-2 text-sm text-muted transition-colors hover:text-foreground",
            href === current && "border-accent font-medium text-foreground",
          )}
        >
          {label}
        </Link>
      ))}
    </nav>
  );
}
