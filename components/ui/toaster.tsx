"use client";

import { CircleAlert, CircleCheck } from "lucide-react";
import { Toaster as Sonner } from "sonner";

export { toast } from "sonner";

/** Stands once in the root layout. Toasts are for what is done; what went wrong stands inline where it happened. */
export function Toaster() {
  return (
    <Sonner
      position="bottom-right"
      icons={{
        success: <CircleCheck aria-hidden="true" className="size-4 text-success" />,
        error: <CircleAlert aria-hidden="true" className="size-4 text-danger" />,
      }}
      toastOptions={{
        unstyled: true,
        classNames: {
          toast:
            "flex w-full items-center gap-2 rounded-lg border border-border bg-surface px-4 py-3 text-sm text-foreground shadow-popup font-sans",
          description: "text-13 text-muted",
          actionButton: "ml-auto font-medium text-accent",
        },
      }}
    />
  );
}
