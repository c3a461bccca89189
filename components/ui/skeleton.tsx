import { cn } from "./cn";

/** A grey stand-in with the size of what comes; the page around it says that it is loading. */
export function Skeleton({ className }: { className?: string }) {
  return <div aria-hidden="true" className={cn("animate-shimmer rounded-md bg-surface-2", className)} />;
}
