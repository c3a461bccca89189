"use client";

import Link from "next/link";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import type { FormAction } from "@/lib/action";
import { FormMessage, useActionForm } from "./action-form";
import { textLink } from "./auth-panel";
import { ResendForm } from "./check-mail";
import { PasswordInput } from "./password-input";

interface SignInFormProps {
  signIn: FormAction;
  resend: FormAction;
  next: string;
}

export function SignInForm({ signIn, resend, next }: SignInFormProps) {
  const { pending, formProps, message, errorsOf, typedIn } = useActionForm(signIn, "auth");
  const unconfirmed = typedIn("unconfirmed");
  return (
    <div className="flex flex-col gap-4">
      <form {...formProps} className="flex flex-col gap-4">
        <input type="hidden" name="next" value={next} />
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
        <div className="relative">
          <Field label="Password" errors={errorsOf("password")}>
            {(control) => <PasswordInput {...control} name="password" autoComplete="current-password" required />}
          </Field>
          <Link href="/reset-password" className={`${textLink} absolute top-0 right-0 text-13`}>
            Forgot it?
          </Link>
        </div>
        <FormMessage>{message}</FormMessage>
        <Button type="submit" size="lg" pending={pending}>
          Sign in
        </Button>
      </form>
      {unconfirmed && <ResendForm email={unconfirmed} resend={resend} />}
    </div>
  );
}
