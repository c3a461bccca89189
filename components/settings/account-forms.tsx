"use client";

import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import type { FormAction } from "@/lib/action";
import { SettingsForm } from "./settings-form";

interface AccountNameFormProps {
  /** Which account is renamed, as this page knows it. */
  account: string;
  rename: FormAction;
  name: string;
  /** Whether this person may rename it. */
  permitted: boolean;
}

export function AccountNameForm({ account, rename, name, permitted }: AccountNameFormProps) {
  return (
    <SettingsForm
      action={rename}
      keep="account"
      submitLabel="Save name"
      saved="The account is renamed."
      disabled={!permitted}
    >
      {({ errorsOf, typedIn }) => (
        <>
          <input type="hidden" name="account" value={account} />
          <Field
            label="Account name"
            hint={
              permitted ? "Shown to everybody who belongs to it." : "Only owners and admins can rename the account."
            }
            errors={errorsOf("name")}
          >
            {(control) => (
              <Input {...control} name="name" defaultValue={typedIn("name") ?? name} disabled={!permitted} />
            )}
          </Field>
        </>
      )}
    </SettingsForm>
  );
}

export function TeamForm({ createTeam }: { createTeam: FormAction }) {
  return (
    <SettingsForm action={createTeam} keep="team" submitLabel="Create team" saved="The team is created.">
      {({ errorsOf, typedIn }) => (
        <Field label="Team name" hint="A team has credits, a plan and API keys of its own." errors={errorsOf("name")}>
          {(control) => <Input {...control} name="name" defaultValue={typedIn("name")} />}
        </Field>
      )}
    </SettingsForm>
  );
}
