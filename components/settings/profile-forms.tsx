"use client";

import { PasswordInput } from "@/components/auth/password-input";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import type { FormAction } from "@/lib/action";
import { SettingsForm } from "./settings-form";

export function NameForm({ changeName, name }: { changeName: FormAction; name: string }) {
  return (
    <SettingsForm action={changeName} keep="profile" submitLabel="Save name" saved="Your name is saved.">
      {({ errorsOf, typedIn }) => (
        <Field label="Name" errors={errorsOf("name")}>
          {(control) => <Input {...control} name="name" autoComplete="name" defaultValue={typedIn("name") ?? name} />}
        </Field>
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

/** Another address for the signed-in person: it holds once the mail that goes there is confirmed. */
export function EmailForm({ changeEmail, email }: { changeEmail: FormAction; email: string }) {
  return (
    <SettingsForm
      action={changeEmail}
      keep="email"
      submitLabel="Change address"
      saved="We have sent a link to the new address. Open it to make the change."
    >
      {({ errorsOf, typedIn }) => (
        <>
          <input type="hidden" name="username" autoComplete="username" value={email} />
          <Field
            label="New email address"
            hint="We send a link there; until you open it, nothing changes."
            errors={errorsOf("email")}
          >
            {(control) => (
              <Input {...control} name="email" type="email" autoComplete="email" defaultValue={typedIn("email")} />
            )}
          </Field>
          <Field label="Your password" errors={errorsOf("currentPassword")}>
            {(control) => <PasswordInput {...control} name="currentPassword" autoComplete="current-password" />}
          </Field>
        </>
      )}
    </SettingsForm>
  );
}
