"use client";

import type { ReactNode } from "react";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import type { FormAction } from "@/lib/action";
import { FormMessage, useActionForm } from "./action-form";
import { AuthPanel } from "./auth-panel";

interface MailFormProps {
  title: string;
  description: string;
  footer: ReactNode;
  send: FormAction<{ email: string }>;
  next?: string;
  submitLabel: string;
  /** What the mail holds, said once it is on its way. */
  children: ReactNode;
}

/** Asks for an address and sends a link there, if it has an account. */
export function MailForm({ title, description, footer, send, next, submitLabel, children }: MailFormProps) {
  const { state, pending, formProps, message, errorsOf, typedIn } = useActionForm(send, "auth");
  if (state?.ok) {
    return (
      <AuthPanel title="Check your mail" footer={footer}>
        <p role="status" className="text-sm">
          If <strong className="font-medium break-all">{state.data.email}</strong> has an account, a mail is on its way
          there. {children}
        </p>
      </AuthPanel>
    );
  }
  return (
    <AuthPanel title={title} description={description} footer={footer}>
      <form {...formProps} className="flex flex-col gap-4">
        {next && <input type="hidden" name="next" value={next} />}
        <Field label="Email address" errors={errorsOf("email")}>
          {(control) => (
            <Input
              {...control}
              name="email"
              type="email"
              autoComplete="username"
              required
              defaultValue={typedIn("email")}
            />
          )}
        </Field>
        <FormMessage>{message}</FormMessage>
        <Button type="submit" size="lg" pending={pending}>
          {submitLabel}
        </Button>
      </form>
    </AuthPanel>
  );
}
