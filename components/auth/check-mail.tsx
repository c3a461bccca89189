"use client";

import type { ReactNode } from "react";
import { Button } from "@/components/ui/button";
import type { FormAction } from "@/lib/action";
import { FormMessage, useActionForm } from "./action-form";

interface CheckMailProps {
  email: string;
  children: ReactNode;
  /** Sends the mail again. */
  resend: FormAction;
}

/** A mail is on its way: where to, what it is for, and how to get another. */
export function CheckMail({ email, children, resend }: CheckMailProps) {
  return (
    <div className="flex flex-col gap-4" role="status">
      <p className="text-sm">
        We sent a mail to <strong className="font-medium break-all">{email}</strong>. {children}
      </p>
      <ResendForm email={email} resend={resend} />
    </div>
  );
}

/** Sends a link once more, and says so. */
export function ResendForm({ email, resend }: { email: string; resend: FormAction }) {
  const { state, pending, formProps, message } = useActionForm(resend, "resend");
  return (
    <form {...formProps} className="flex flex-col items-start gap-2">
      <input type="hidden" name="email" value={email} />
      <Button type="submit" variant="secondary" pending={pending}>
        Send the link again
      </Button>
      <FormMessage>{message}</FormMessage>
      <p aria-live="polite" className="text-13 text-muted empty:hidden">
        {state?.ok && "Sent. The newest link is the one that works."}
      </p>
    </form>
  );
}
