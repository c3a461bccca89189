"use client";

import { useFormStatus } from "react-dom";
import { Button } from "@/components/ui/button";

/** Says of one alert that somebody has seen it. */
export function SeenButton({ title }: { title: string }) {
  const { pending } = useFormStatus();
  return (
    <Button type="submit" variant="secondary" size="sm" pending={pending} aria-label={`Seen: ${title}`}>
      Seen it
    </Button>
  );
}
