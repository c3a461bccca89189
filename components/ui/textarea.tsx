import type { ComponentProps } from "react";
import { cn } from "./cn";
import { inputClass } from "./input";

export function Textarea({ className, ...props }: ComponentProps<"textarea">) {
  return <textarea rows={4} {...props} className={cn(inputClass, "min-h-20 py-2 leading-5", className)} />;
}
