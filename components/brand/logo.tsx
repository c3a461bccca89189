import { cn } from "@/components/ui/cn";
import { brand } from "./brand";

/** The mark alone: three ruled lines of a ledger, the last one counted. */
export function Mark({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true" className={cn("size-6 shrink-0 text-accent", className)}>
      <rect width="24" height="24" rx="6" fill="currentColor" />
      <path
        d="M6 7.5h12M6 12h8M6 16.5h5"
        className="stroke-accent-foreground"
        strokeWidth="2"
        strokeLinecap="round"
        fill="none"
      />
      <circle cx="16.5" cy="16.5" r="1.75" className="fill-accent-foreground" />
    </svg>
  );
}

/** Mark and name, the way they stand in headers. */
export function Logo({ className }: { className?: string }) {
  return (
    <span className={cn("inline-flex items-center gap-2 text-sm font-semibold tracking-tight", className)}>
      <Mark />
      {brand.name}
    </span>
  );
}
