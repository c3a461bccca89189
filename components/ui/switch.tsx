"use client";

import { Switch as Base } from "@base-ui/react/switch";
import type { ComponentProps } from "react";
import { cn } from "./cn";

export function Switch({ className, ...props }: ComponentProps<typeof Base.Root>) {
  return (
    <Base.Root
      {...props}
      className={cn(
        "flex h-5 w-9 shrink-0 rounded-full bg-input p-0.5 transition-colors data-checked:bg-accent data-disabled:opacity-60",
        className as string,
      )}
    >
      <Base.Thumb className="size-4 rounded-full bg-surface transition-transform data-checked:translate-x-4" />
    </Base.Root>
  );
}
