import { cn } from "./cn";

const tones = {
  accent: "fill-accent",
  success: "fill-success",
  warning: "fill-warning",
  danger: "fill-danger",
} as const;

interface ProgressProps {
  /** How much of `max` is reached; more is drawn as full. */
  value: number;
  max?: number;
  /** What is measured, for screen readers. */
  label: string;
  /** The value in words, for example "4,200 of 10,000 credits". */
  valueText?: string;
  tone?: keyof typeof tones;
  className?: string;
}

/** A bar against a limit. */
export function Progress({ value, max = 100, label, valueText, tone = "accent", className }: ProgressProps) {
  const share = max > 0 ? Math.min(1, Math.max(0, value / max)) : 0;
  return (
    // biome-ignore lint/a11y/useSemanticElements: <meter> cannot be drawn in our colours
    <div
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={max}
      aria-valuenow={Math.min(Math.max(value, 0), max)}
      aria-valuetext={valueText}
      className={cn("h-2 overflow-hidden rounded-full bg-surface-2", className)}
    >
      <svg aria-hidden="true" className="block size-full" preserveAspectRatio="none">
        <rect width={`${share * 100}%`} height="100%" rx="4" className={tones[tone]} />
      </svg>
    </div>
  );
}
