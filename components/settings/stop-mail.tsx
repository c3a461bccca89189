"use client";

import { FormMessage, useActionForm } from "@/components/auth/action-form";
import { Button } from "@/components/ui/button";
import type { FormAction } from "@/lib/action";

/** Ends one kind of mail with one press, and says that it is done. */
export function StopMail({ stop, token, label }: { stop: FormAction; token: string; label: string }) {
  const { state, pending, formProps, message } = useActionForm(stop, "stop-mail");
  if (state?.ok) {
    return (
      <p role="status" className="text-sm">
        Done. You get no more mail of this kind: {label}.
      </p>
    );
  }
  return (
    <form {...formProps} className="flex flex-col gap-4">
      <input type="hidden" name="token" value={token} />
      <FormMessage>{message}</FormMessage>
      <Button type="submit" size="lg" pending={pending}>
        Stop this kind of mail
      </Button>
    </form>
  );
}
