"use client";

import type { Route } from "next";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { cn } from "@/components/ui/cn";
import { adminSections, isInSection } from "./sections";

export function AdminNav() {
  const path = usePathname();
  return (
    <nav aria-label="Admin">
      <ul className="flex flex-col gap-0.5">
        {adminSections.map(({ href, label, icon: Icon }) => {
          const current = isInSection(path, href);
          return (
            <li key={href}>
              <Link
                href={href as Route}
                aria-current={current ? "page" : undefined}
                className={cn(
                  "flex h-8 items-center gap-2.5 rounded-md px-2 text-sm transition-colors",
                  current ? "bg-surface-2 font-medium text-foreground" : "text-muted hover:bg-surface-2",
                )}
              >
                <Icon aria-hidden="true" className={cn("size-4 shrink-0", current && "text-accent")} />
                {label}
              </Link>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}
