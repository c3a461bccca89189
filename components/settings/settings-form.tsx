"use client";

import { type ReactNode, useEffect } from "react";
import { FormMessage, useActionForm } from "@/components/auth/action-form";
import { Button } from "@/components/ui/button";
import { CardContent, CardFooter } from "@/components/ui/card";
import { toast } from "@/components/ui/toaster";
import type { FormAction } from "@/lib/action";

interface SettingsFormProps {
  action: FormAction;
  /** A name under which what was typed outlives a reload. */
  keep: string;
  submitLabel: string;
  /** What the toast says once it is saved. */
  saved: string;
  disabled?: boolean;
  /** Draws the fields. */
  children: (form: {
    errorsOf: (name: string) => string[] | undefined;
    typedIn: (name: string) => string | undefined;
  }) => ReactNode;
}

/** A card's fields and its save button. */
export function SettingsForm({ action, keep, submitLabel, saved, disabled, children }: SettingsFormProps) {
  const { state, pending, formProps, message, errorsOf, typedIn } = useActionForm(action, keep);
  const { ref } = formProps;

  useEffect(() => {
    if (!state?.ok) return;
    toast.success(saved);
    for (const field of ref.current?.querySelectorAll<HTMLInputElement>("input[name*=assword]") ?? []) field.value = "";
  }, [state, saved, ref]);

  return (
    <form {...formProps}>
      <CardContent className="flex flex-col gap-4">
        {children({ errorsOf, typedIn })}
        <FormMessage>{message}</FormMessage>
      </CardContent>
      <CardFooter className="justify-end">
        <Button type="submit" variant="secondary" pending={pending} disabled={disabled}>
          {submitLabel}
        </Button>
      </CardFooter>
    </form>
  );
}
