"use client";

import { PasswordInput } from "@/components/auth/password-input";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import type { FormAction } from "@/lib/action";
import { SettingsForm } from "./settings-form";

export function NameForm({ changeName, name, email }: { changeName: FormAction; name: string; email: string }) {
  return (
    <SettingsForm action={changeName} keep="profile" submitLabel="Save name" saved="Your name is saved.">
      {({ errorsOf, typedIn }) => (
        <>
          <Field label="Name" errors={errorsOf("name")}>
            {(control) => <Input {...control} name="name" autoComplete="name" defaultValue={typedIn("name") ?? name} />}
          </Field>
          <Field label="Email address" hint="Where sign-in links and receipts go.">
            {(control) => <Input {...control} value={email} readOnly disabled />}
          </Field>
        </>
      )}
    </SettingsForm>
  );
}

export function PasswordForm({ changePassword, email }: { changePassword: FormAction; email: string }) {
  return (
    <SettingsForm
      action={changePassword}
      keep="password"
      submitLabel="Change password"
      saved="Your password is changed."
    >
      {({ errorsOf }) => (
        <>
          <input type="hidden" name="username" autoComplete="username" value={email} />
          <Field label="Current password" errors={errorsOf("currentPassword")}>
            {(control) => <PasswordInput {...control} name="currentPassword" autoComplete="current-password" />}
          </Field>
          <Field
            label="New password"
            hint="10 characters or more; a sentence works well."
            errors={errorsOf("password")}
          >
            {(control) => <PasswordInput {...control} name="password" autoComplete="new-password" />}
          </Field>
        </>
      )}
    </SettingsForm>
  );
}
