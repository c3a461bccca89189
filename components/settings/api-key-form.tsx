"use client";

import { useState } from "react";
import { FormMessage, useActionForm } from "@/components/auth/action-form";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { CopyButton } from "@/components/ui/copy-button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import type { FormAction } from "@/lib/action";
import { CurlExample } from "./curl-example";

interface ApiKeyFormProps {
  /** Whose key it will be, as this page knows it. */
  account: string;
  create: FormAction<{ name: string; key: string }>;
  /** The address that usage is sent to. */
  endpoint: string;
}

/** Makes a key and shows it once, with a command that tries it. */
export function ApiKeyForm({ account, create, endpoint }: ApiKeyFormProps) {
  const { state, pending, formProps, message, errorsOf, typedIn } = useActionForm(create, "api-key");
  const [dismissed, setDismissed] = useState<string>();
  const made = state?.ok && state.data.key !== dismissed ? state.data : undefined;

  if (made) {
    return (
      <div className="flex flex-col gap-4">
        <Banner tone="success" title={`The key “${made.name}” is ready. Copy it now: it is not shown again.`} />
        <div className="flex flex-wrap items-center gap-2">
          <code
            className="min-w-0 flex-1 rounded-md border border-border bg-surface-2 px-3 py-2 font-mono text-13 break-all"
            data-testid="api-key"
          >
            {made.key}
          </code>
          <CopyButton value={made.key} label="Copy key" />
        </div>
        <CurlExample endpoint={endpoint} apiKey={made.key} />
        <Button className="self-start" onClick={() => setDismissed(made.key)}>
          I have copied it
        </Button>
      </div>
    );
  }
  return (
    <form {...formProps} className="flex flex-col gap-4">
      <input type="hidden" name="account" value={account} />
      <div className="flex flex-wrap items-start gap-3">
        <Field
          label="Name"
          hint="Where you will use it, such as “Production server”."
          errors={errorsOf("name")}
          className="flex-1 basis-60"
        >
          {(control) => <Input {...control} name="name" maxLength={60} defaultValue={typedIn("name")} />}
        </Field>
        <Button type="submit" pending={pending} className="sm:mt-[26px]">
          Create key
        </Button>
      </div>
      <FormMessage>{message}</FormMessage>
    </form>
  );
}
