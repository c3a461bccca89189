"use client";

import Link from "next/link";
import { formatCredits } from "@/lib/billing/format";
import { useBalance } from "./balance";

/** The balance as a live number; screen readers hear it when it changes. */
export function Balance() {
  const available = useBalance() ?? 0;
  return (
    <output aria-label="Credits available" className="font-medium tabular-nums">
      {formatCredits(available)}
      <span className="font-normal text-muted"> credits</span>
    </output>
  );
}

/** Without credits use may still go on, and whoever sees a zero should know. */
function GoesOn() {
  const available = useBalance() ?? 0;
  return available > 0 ? null : <p className="mt-1 text-xs text-muted">Use goes on as overage</p>;
}

export function PlanAndBalance({ planName, overageLeft }: { planName: string; overageLeft: number }) {
  return (
    <div className="rounded-lg border border-border bg-surface p-3">
      <div className="flex items-baseline justify-between gap-2 text-13">
        <Balance />
        <Link href="/billing" className="truncate rounded-sm text-muted hover:text-foreground">
          {planName}
        </Link>
      </div>
      {overageLeft > 0 && <GoesOn />}
      <Link
        href="/credits#packs"
        className="mt-2 flex h-8 items-center justify-center rounded-md border border-border-strong text-13 font-medium transition-colors hover:bg-surface-2"
      >
        Add credits
      </Link>
    </div>
  );
}
