import { CircleAlert, CircleCheck, Info, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { cn } from "./cn";

export type BannerTone = "info" | "warning" | "danger" | "success";

const looks = {
  info: { icon: Info, box: "border-border-strong bg-surface-2", iconColor: "text-muted" },
  success: { icon: CircleCheck, box: "border-success/30 bg-success-soft", iconColor: "text-success" },
  warning: { icon: TriangleAlert, box: "border-warning/30 bg-warning-soft", iconColor: "text-warning" },
  danger: { icon: CircleAlert, box: "border-danger/30 bg-danger-soft", iconColor: "text-danger" },
} as const;

interface BannerProps {
  tone?: BannerTone;
  /** What happened, in a few words. */
  title: ReactNode;
  /** What it means. */
  children?: ReactNode;
  /** The one button that fixes it. */
  action?: ReactNode;
  className?: string;
}

export function Banner({ tone = "info", title, children, action, className }: BannerProps) {
  const look = looks[tone];
  return (
    <div
      role={tone === "danger" ? "alert" : "status"}
      className={cn("flex flex-wrap items-center gap-x-4 gap-y-3 rounded-lg border px-4 py-3", look.box, className)}
    >
      <look.icon aria-hidden="true" className={cn("mt-0.5 size-4 shrink-0 self-start", look.iconColor)} />
      <div className="min-w-0 flex-1 basis-60">
        <p className="font-medium text-foreground">{title}</p>
        {children && <div className="text-13 text-muted">{children}</div>}
      </div>
      {action && <div className="flex shrink-0 items-center gap-2">{action}</div>}
    </div>
  );
}
