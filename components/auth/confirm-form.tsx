"use client";

import type { Route } from "next";
import Link from "next/link";
import { Button } from "@/components/ui/button";
import { buttonVariants } from "@/components/ui/button-variants";
import type { FormAction } from "@/lib/action";
import { useActionForm } from "./action-form";
import { AuthPanel } from "./auth-panel";

interface ConfirmFormProps {
  title: string;
  description: string;
  confirm: FormAction;
  link: { token_hash: string; type: string; next: string };
  /** Where to get another link, once this one does not work any more. */
  another: { href: Route; label: string };
}

/** Opens a mailed link by a press of a button, so that programs that look into mail do not use it up. */
export function ConfirmForm({ title, description, confirm, link, another }: ConfirmFormProps) {
  const { pending, formProps, message } = useActionForm(confirm, "confirm");
  return (
    <AuthPanel
      title={message ? "This link does not work any more" : title}
      description={message ? <span role="alert">{message}</span> : description}
    >
      <form {...formProps} className="flex flex-col gap-4">
        {Object.entries(link).map(([name, value]) => (
          <input key={name} type="hidden" name={name} value={value} />
        ))}
        {message ? (
          <Link href={another.href} className={buttonVariants({ variant: "secondary", size: "lg" })}>
            {another.label}
          </Link>
        ) : (
          <Button type="submit" size="lg" pending={pending}>
            Continue
          </Button>
        )}
      </form>
    </AuthPanel>
  );
}
