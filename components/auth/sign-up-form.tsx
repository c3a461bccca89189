"use client";

import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import type { FormAction } from "@/lib/action";
import { FormMessage, useActionForm } from "./action-form";
import { CheckMail } from "./check-mail";
import { PasswordInput } from "./password-input";

interface SignUpFormProps {
  signUp: FormAction<{ email: string }>;
  resend: FormAction;
  next: string;
}

export function SignUpForm({ signUp, resend, next }: SignUpFormProps) {
  const { state, pending, formProps, message, errorsOf, typedIn } = useActionForm(signUp, "auth");
  if (state?.ok) {
    return (
      <CheckMail email={state.data.email} resend={resend}>
        Open its link to confirm the address. Nothing there after a minute? Look among spam; if you already have an
        account, sign in instead.
      </CheckMail>
    );
  }
  return (
    <form {...formProps} className="flex flex-col gap-4">
      <input type="hidden" name="next" value={next} />
      <Field label="Name" errors={errorsOf("name")}>
        {(control) => <Input {...control} name="name" autoComplete="name" required defaultValue={typedIn("name")} />}
      </Field>
      <Field label="Email address" errors={errorsOf("email")}>
        {(control) => (
          <Input {...control} name="email" type="email" autoComplete="email" required defaultValue={typedIn("email")} />
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
  );
}
