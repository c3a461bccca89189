import type { ReactNode } from "react";

interface FactsProps {
  facts: ReadonlyArray<{ readonly label: string; readonly value: ReactNode }>;
}

/** Names and what they are, a line each. */
export function Facts({ facts }: FactsProps) {
  return (
    <dl className="divide-y divide-border">
      {facts.map(({ label, value }) => (
        <div key={label} className="flex items-baseline justify-between gap-x-6 px-5 py-2">
          <dt className="shrink-0 text-13 text-muted">{label}</dt>
          <dd className="min-w-0 text-right break-words">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
