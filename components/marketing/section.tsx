import type { ReactNode } from "react";
import { cn } from "@/components/ui/cn";

interface SectionProps {
  id?: string;
  title: string;
  lead?: ReactNode;
  className?: string;
  children: ReactNode;
}

/** A part of a marketing page: a heading, perhaps a sentence, and what it is about. */
export function Section({ id, title, lead, className, children }: SectionProps) {
  return (
    <section id={id} className={cn("page-width flex flex-col gap-8 py-10 md:py-14", className)}>
      <div className="flex max-w-2xl flex-col gap-2">
        <h2 className="text-2xl font-semibold tracking-tight">{title}</h2>
        {lead && <p className="text-base text-muted">{lead}</p>}
      </div>
      {children}
    </section>
  );
}
