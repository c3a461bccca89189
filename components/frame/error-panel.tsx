"use client";

import { brand } from "@/components/brand/brand";
import { Button } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";

interface ErrorPanelProps {
  /** What could not be shown. */
  title: string;
  digest?: string | undefined;
  retry: () => void;
}

/** Stands where a page or a part of one failed: what happened, what it means, and one button. */
export function ErrorPanel({ title, digest, retry }: ErrorPanelProps) {
  return (
    <div role="alert">
      <EmptyState title={title} action={<Button onClick={retry}>Try again</Button>}>
        <p>The fault is ours, and nothing was charged or changed by it.</p>
        <p>
          If it stays, write to{" "}
          <a href={`mailto:${brand.supportEmail}`} className="text-accent underline underline-offset-4">
            {brand.supportEmail}
          </a>
          {digest && (
            <>
              {" "}
              and name the error <span className="font-mono">{digest}</span>
            </>
          )}
          .
        </p>
      </EmptyState>
    </div>
  );
}
