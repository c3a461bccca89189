import type { ReactNode } from "react";

interface AuthPanelProps {
  title: string;
  description?: ReactNode;
  children: ReactNode;
  /** The other way in, beneath the form. */
  footer?: ReactNode;
}

/** One form with its heading. */
export function AuthPanel({ title, description, children, footer }: AuthPanelProps) {
  return (
    <div className="flex flex-col gap-6">
      <div className="flex flex-col gap-1">
        <h1 className="text-2xl font-semibold tracking-tight">{title}</h1>
        {description && <p className="text-sm text-muted">{description}</p>}
      </div>
      {children}
      {footer && <div className="border-t border-border pt-5 text-sm text-muted">{footer}</div>}
    </div>
  );
}

export const textLink = "rounded-sm text-accent underline underline-offset-4 hover:no-underline";
