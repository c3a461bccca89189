import type { ComponentProps } from "react";
import { cn } from "./cn";

export function Label({ className, htmlFor, children, ...props }: ComponentProps<"label"> & { htmlFor: string }) {
  return (
    <label htmlFor={htmlFor} {...props} className={cn("text-13 font-medium text-foreground", className)}>
      {children}
    </label>
  );
}
