"use client";

import { Dialog } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import type { ReactNode } from "react";
import { cn } from "./cn";
import { backdropClass } from "./dialog";

export const Sheet = Dialog.Root;
export const SheetTrigger = Dialog.Trigger;
export const SheetClose = Dialog.Close;

const sides = {
  left: "left-0 border-r data-ending-style:-translate-x-full data-starting-style:-translate-x-full",
  right: "right-0 border-l data-ending-style:translate-x-full data-starting-style:translate-x-full",
};

interface SheetContentProps {
  /** Read out when the sheet opens. */
  title: string;
  side?: keyof typeof sides;
  className?: string;
  children: ReactNode;
}

/** A panel from the edge of a small screen. */
export function SheetContent({ title, side = "left", className, children }: SheetContentProps) {
  return (
    <Dialog.Portal>
      <Dialog.Backdrop className={backdropClass} />
      <Dialog.Popup
        className={cn(
          "fixed inset-y-0 z-50 flex w-72 max-w-[85vw] flex-col overflow-y-auto border-border bg-surface text-foreground transition-transform duration-150",
          sides[side],
          className,
        )}
      >
        <Dialog.Title className="sr-only">{title}</Dialog.Title>
        <Dialog.Close
          aria-label="Close"
          className="absolute top-3 right-3 z-10 grid size-8 place-items-center rounded-md text-muted hover:bg-surface-2"
        >
          <X aria-hidden="true" className="size-4" />
        </Dialog.Close>
        {children}
      </Dialog.Popup>
    </Dialog.Portal>
  );
}
