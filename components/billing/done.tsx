"use client";

import { CircleCheck, CircleDashed } from "lucide-react";
import { type ReactNode, useEffect, useRef } from "react";

interface DoneProps {
  /** How the title is nested on its page. */
  heading?: "h1" | "h2";
  title: string;
  /** Something is still missing. */
  isOpen?: boolean;
  children?: ReactNode;
}

/** What has just been done, where the eye is: it takes the focus, so that screen readers begin with it. */
export function Done({ heading: Heading = "h2", title, isOpen = false, children }: DoneProps) {
  const place = useRef<HTMLHeadingElement>(null);
  useEffect(() => place.current?.focus({ preventScroll: true }), []);
  return (
    <div role="status" className="flex items-start gap-3">
      {isOpen ? (
        <CircleDashed aria-hidden="true" className="mt-1 size-5 shrink-0 text-warning" />
      ) : (
        <CircleCheck aria-hidden="true" className="mt-1 size-5 shrink-0 text-success" />
      )}
      <div className="flex min-w-0 flex-col gap-1">
        <Heading
          ref={place}
          tabIndex={-1}
          className={
            Heading === "h1"
              ? "text-xl font-semibold tracking-tight outline-hidden"
              : "text-base font-semibold outline-hidden"
          }
        >
          {title}
        </Heading>
        {children && <div className="max-w-2xl text-sm text-muted">{children}</div>}
      </div>
    </div>
  );
}
