import type { ComponentProps } from "react";
import { cn } from "./cn";

export const inputClass =
  "w-full rounded-md border border-input bg-surface px-3 text-base text-foreground transition-colors hover:border-muted aria-invalid:border-danger disabled:cursor-not-allowed disabled:bg-surface-2 disabled:text-faint md:text-sm";

export function Input({ className, ...props }: ComponentProps<"input">) {
  return <input {...props} className={cn(inputClass, "h-9", className)} />;
}
