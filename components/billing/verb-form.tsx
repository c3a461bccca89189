"use client";

import type { ReactNode } from "react";
import { useActionForm } from "@/components/auth/action-form";
import { Button, type ButtonProps } from "@/components/ui/button";
import type { FormAction } from "@/lib/action";
import { withLostAnswer } from "./lost-answer";

/** What went wrong, read aloud when it appears, and the link that mends it where there is one. */
export function Refusal({ message, url }: { message: string | undefined; url?: string | undefined }) {
  return (
    <p role="alert" className="text-13 text-danger empty:hidden">
      {message}
      {url && (
        <>
          {" "}
          <a href={url} className="font-medium underline underline-offset-4 hover:no-underline">
            Finish the payment
          </a>
        </>
      )}
    </p>
  );
}

interface VerbFormProps extends Pick<ButtonProps, "variant" | "size" | "className"> {
  action: FormAction;
  /** The account this page was drawn for: another one is never changed by it. */
  account: string;
  children: ReactNode;
}

/** One button that does one thing about the plan, cannot be pressed twice, and says inline what went wrong. */
export function VerbForm({ action, account, children, ...look }: VerbFormProps) {
  const { state, pending, formProps, message } = useActionForm(withLostAnswer(action), "plan");
  return (
    <form {...formProps} className="flex flex-col gap-2">
      <input type="hidden" name="account" value={account} />
      <Button type="submit" pending={pending} {...look}>
        {children}
      </Button>
      <Refusal message={message} url={state && !state.ok ? state.url : undefined} />
    </form>
  );
}
