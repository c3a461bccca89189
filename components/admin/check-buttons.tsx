"use client";

import { useRouter } from "next/navigation";
import { useEffect } from "react";
import { useFormStatus } from "react-dom";
import { Button } from "@/components/ui/button";

const REFRESH_MS = 3000;

/** Begins every check; while some are under way it looks for their results. */
export function CompareButton({ isRunning }: { isRunning: boolean }) {
  const { pending } = useFormStatus();
  const router = useRouter();
  useEffect(() => {
    if (!isRunning) return;
    const timer = setInterval(() => router.refresh(), REFRESH_MS);
    return () => clearInterval(timer);
  }, [isRunning, router]);
  return (
    <Button type="submit" pending={pending} disabled={isRunning}>
      {isRunning ? "Comparing" : "Compare now"}
    </Button>
  );
}

/** Has one event that was given up worked on again. */
export function RunAgainButton({ event }: { event: string }) {
  const { pending } = useFormStatus();
  return (
    <Button type="submit" variant="secondary" size="sm" pending={pending} aria-label={`Run ${event} again`}>
      Run again
    </Button>
  );
}
