import { notFound } from "next/navigation";
import { hasTimeMachine } from "@/lib/time-machine/double";

/** Outside local mode there is no time machine: whoever asks gets what any unknown address gets. */
export function requireTimeMachine(): void {
  if (!hasTimeMachine()) notFound();
}
