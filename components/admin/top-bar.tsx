"use client";

import { Menu as MenuIcon } from "lucide-react";
import { usePathname } from "next/navigation";
import { type ReactNode, useState } from "react";
import { Sheet, SheetContent, SheetTrigger } from "@/components/ui/sheet";
import { adminSections, isInSection } from "./sections";

/** The bar of small screens: the sections behind a button, and where one is. */
export function AdminTopBar({ children }: { children: ReactNode }) {
  const path = usePathname();
  const [openAt, setOpenAt] = useState<string | null>(null);
  return (
    <header className="sticky top-0 z-30 flex h-12 items-center gap-2 border-b border-border bg-background px-2 lg:hidden">
      <Sheet open={openAt === path} onOpenChange={(open) => setOpenAt(open ? path : null)}>
        <SheetTrigger
          aria-label="Open the menu"
          className="grid size-9 place-items-center rounded-md text-muted hover:bg-surface-2"
        >
          <MenuIcon aria-hidden="true" className="size-5" />
        </SheetTrigger>
        <SheetContent title="Menu" className="pt-10">
          {children}
        </SheetContent>
      </Sheet>
      <span className="text-sm font-semibold">Admin</span>
      <span className="text-sm text-muted">{adminSections.find(({ href }) => isInSection(path, href))?.label}</span>
    </header>
  );
}
