"use client";

import type { ReactNode } from "react";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import type { FormAction } from "@/lib/action";
import { FormMessage, useActionForm } from "./action-form";
import { AuthPanel } from "./auth-panel";
import { CheckMail } from "./check-mail";
import { PasswordInput } from "./password-input";

interface SignUpFormProps {
  footer: ReactNode;
  signUp: FormAction<{ email: string }>;
  resend: FormAction;
  next: string;
}

/** The whole of the sign-up page, before and after it was sent. */
export function SignUpForm({ signUp, resend, next, footer }: SignUpFormProps) {
  const { state, pending, formProps, message, errorsOf, typedIn } = useActionForm(signUp, "auth");
  if (state?.ok) {
    return (
      <AuthPanel title="Check your mail" footer={footer}>
        <CheckMail email={state.data.email} resend={resend}>
          Open its link to confirm the address. Nothing there after a minute? Look among spam; if you already have an
          account, sign in instead.
        </CheckMail>
      </AuthPanel>
    );
  }
  return (
    <AuthPanel title="Create an account" description="No card needed." footer={footer}>
      <form {...formProps} className="flex flex-col gap-4">
        <input type="hidden" name="next" value={next} />
        <Field label="Name" errors={errorsOf("name")}>
          {(control) => <Input {...control} name="name" autoComplete="name" required defaultValue={typedIn("name")} />}
        </Field>
        <Field label="Email address" errors={errorsOf("email")}>
          {(control) => (
            <Input
              {...control}
              name="email"
              type="email"
              autoComplete="email"
              required
              defaultValue={typedIn("email")}
            />
          )}
        </Field>
        <Field label="Password" hint="10 characters or more; a sentence works well." errors={errorsOf("password")}>
          {(control) => <PasswordInput {...control} name="password" autoComplete="new-password" required />}
        </Field>
        <FormMessage>{message}</FormMessage>
        <Button type="submit" size="lg" pending={pending}>
          Create account
        </Button>
      </form>
    </AuthPanel>
  );
}
