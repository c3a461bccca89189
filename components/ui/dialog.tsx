"use client";

import { Dialog as Base } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import type { ComponentProps, ReactNode } from "react";
import { cn } from "./cn";

export const backdropClass =
  "fixed inset-0 z-40 min-h-dvh bg-overlay transition-opacity duration-150 data-ending-style:opacity-0 data-starting-style:opacity-0";

export const popupClass =
  "fixed top-1/2 left-1/2 z-50 max-h-[calc(100dvh-2rem)] w-[calc(100vw-2rem)] max-w-md -translate-x-1/2 -translate-y-1/2 overflow-y-auto rounded-xl border border-border bg-surface p-6 text-foreground shadow-popup transition-[opacity,scale] duration-120 data-ending-style:scale-98 data-ending-style:opacity-0 data-starting-style:scale-98 data-starting-style:opacity-0";

export const Dialog = Base.Root;
/** Pass the element that opens it: `<DialogTrigger render={<Button>Open</Button>} />`. */
export const DialogTrigger = Base.Trigger;
/** Pass the element that closes it: `<DialogClose render={<Button variant="secondary">Cancel</Button>} />`. */
export const DialogClose = Base.Close;

export function DialogContent({ className, children }: { className?: string; children: ReactNode }) {
  return (
    <Base.Portal>
      <Base.Backdrop className={backdropClass} />
      <Base.Popup className={cn(popupClass, className)}>
        {children}
        <Base.Close
          aria-label="Close"
          className="absolute top-4 right-4 grid size-8 place-items-center rounded-md text-muted transition-colors hover:bg-surface-2 hover:text-foreground"
        >
          <X aria-hidden="true" className="size-4" />
        </Base.Close>
      </Base.Popup>
    </Base.Portal>
  );
}

export function DialogHeader({ className, ...props }: ComponentProps<"div">) {
  return <div {...props} className={cn("mb-4 flex flex-col gap-1 pr-8", className)} />;
}

export function DialogTitle({ className, ...props }: ComponentProps<typeof Base.Title>) {
  return <Base.Title {...props} className={cn("text-base font-semibold", className as string)} />;
}

export function DialogDescription({ className, ...props }: ComponentProps<typeof Base.Description>) {
  return <Base.Description {...props} className={cn("text-sm text-muted", className as string)} />;
}

export function DialogFooter({ className, ...props }: ComponentProps<"div">) {
  return <div {...props} className={cn("mt-6 flex flex-wrap justify-end gap-2", className)} />;
}
