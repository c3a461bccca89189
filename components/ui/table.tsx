import type { ComponentProps } from "react";
import { cn } from "./cn";

/** A table that scrolls sideways on its own when there is no room; give it a `caption` for screen readers. */
export function Table({ className, caption, children, ...props }: ComponentProps<"table"> & { caption?: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className="relative w-full overflow-x-auto" tabIndex={0} aria-label={caption ?? "Table"}>
      <table {...props} className={cn("w-full border-collapse text-sm", className)}>
        {caption && <caption className="sr-only">{caption}</caption>}
        {children}
      </table>
    </section>
  );
}

export function THead({ className, ...props }: ComponentProps<"thead">) {
  return <thead {...props} className={cn("border-b border-border", className)} />;
}

export function TBody({ className, ...props }: ComponentProps<"tbody">) {
  return <tbody {...props} className={cn("divide-y divide-border", className)} />;
}

export function TR({ className, ...props }: ComponentProps<"tr">) {
  return <tr {...props} className={className} />;
}

interface CellProps {
  /** Numbers that people compare: right-aligned, digits of one width. */
  numeric?: boolean;
}

const cell = "px-3 py-2 first:pl-5 last:pr-5";
const numericCell = "text-right tabular-nums";

export function TH({ className, numeric, ...props }: ComponentProps<"th"> & CellProps) {
  return (
    <th
      scope="col"
      {...props}
      className={cn(
        cell,
        "h-9 text-left text-xs font-medium whitespace-nowrap text-muted",
        numeric && numericCell,
        className,
      )}
    />
  );
}

export function TD({ className, numeric, ...props }: ComponentProps<"td"> & CellProps) {
  return <td {...props} className={cn(cell, "h-10", numeric && numericCell, className)} />;
}
