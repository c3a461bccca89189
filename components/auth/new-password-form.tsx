"use client";

import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import type { FormAction } from "@/lib/action";
import { FormMessage, useActionForm } from "./action-form";
import { PasswordInput } from "./password-input";

/** Sets a password after a recovery link. The address is there for password managers. */
export function NewPasswordForm({ setPassword, email }: { setPassword: FormAction; email: string }) {
  const { pending, formProps, message, errorsOf } = useActionForm(setPassword, "new-password");
  return (
    <form {...formProps} className="flex flex-col gap-4">
      <input type="hidden" name="username" autoComplete="username" value={email} />
      <Field label="New password" hint="10 characters or more; a sentence works well." errors={errorsOf("password")}>
        {(control) => <PasswordInput {...control} name="password" autoComplete="new-password" required />}
      </Field>
      <FormMessage>{message}</FormMessage>
      <Button type="submit" size="lg" pending={pending}>
        Save password
      </Button>
    </form>
  );
}
