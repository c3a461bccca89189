import Link from "next/link";
import { cn } from "@/components/ui/cn";

export interface Choice {
  value: string | null;
  label: string;
}

interface FilterProps {
  /** What is chosen, for screen readers: "Range". */
  label: string;
  name: "range" | "model";
  choices: readonly Choice[];
  current: string | null;
  /** The other filters, which stay as they are. */
  others: Record<string, string>;
}

/** Choices that live in the address: each is a link, so they can be shared, and work without scripts. */
export function Filter({ label, name, choices, current, others }: FilterProps) {
  return (
    <nav aria-label={label} className="flex flex-wrap gap-1 rounded-lg bg-surface-2 p-1">
      {choices.map(({ value, label: words }) => (
        <Link
          key={words}
          href={{ pathname: "/usage", query: value === null ? others : { ...others, [name]: value } }}
          scroll={false}
          replace
          aria-current={value === current ? "true" : undefined}
          className={cn(
            "rounded-md px-3 py-1 text-13",
            value === current ? "bg-surface font-medium" : "text-muted hover:text-foreground",
          )}
        >
          {words}
        </Link>
      ))}
    </nav>
  );
}
