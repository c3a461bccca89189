"use client";

import type { Route } from "next";
import Link from "next/link";
import { unstable_rethrow } from "next/navigation";
import { FormMessage, useActionForm } from "@/components/auth/action-form";
import { Button, buttonVariants } from "@/components/ui/button";
import { CardContent, CardFooter } from "@/components/ui/card";
import { Field } from "@/components/ui/field";
import { Textarea } from "@/components/ui/textarea";
import type { FormAction } from "@/lib/action";

const LOST =
  "No answer came back, so we do not know whether it was done. Press once more: it is done once at most. The audit says how it ended.";

function withLostAnswer(action: FormAction): FormAction {
  if (typeof window === "undefined") return action;
  return async (last, form) => {
    try {
      return await action(last, form);
    } catch (error) {
      unstable_rethrow(error);
      return { ok: false, message: LOST };
    }
  };
}

interface ActFormProps {
  action: FormAction;
  /** What the form says besides the reason: verb, account, the request's id, and what was shown. */
  fields: Readonly<Record<string, string>>;
  confirmLabel: string;
  tone?: "primary" | "danger" | undefined;
  back: Route;
}

/** The last step of an act: why, and one button that says what it does. */
export function ActForm({ action, fields, confirmLabel, tone, back }: ActFormProps) {
  const { pending, formProps, message, errorsOf, typedIn } = useActionForm(withLostAnswer(action), "act");
  const others = Object.keys(fields).flatMap((name) => errorsOf(name) ?? []);
  return (
    <form {...formProps}>
      {Object.entries(fields).map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
      <CardContent className="flex flex-col gap-4">
        <Field label="Why" hint="For you and other admins. It stays in the audit." errors={errorsOf("reason")}>
          {(field) => <Textarea {...field} name="reason" rows={2} maxLength={500} defaultValue={typedIn("reason")} />}
        </Field>
        <FormMessage>{others[0] ?? (errorsOf("reason") ? null : message)}</FormMessage>
      </CardContent>
      <CardFooter>
        <Button type="submit" variant={tone ?? "primary"} pending={pending}>
          {confirmLabel}
        </Button>
        <Link href={back} className={buttonVariants({ variant: "secondary" })}>
          Go back
        </Link>
      </CardFooter>
    </form>
  );
}
