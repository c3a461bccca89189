"use client";

import type { Route } from "next";
import Link from "next/link";
import { useActionForm } from "@/components/auth/action-form";
import { Button, buttonVariants } from "@/components/ui/button";
import { Confirm } from "@/components/ui/confirm";
import { Field } from "@/components/ui/field";
import { Select } from "@/components/ui/select";
import { Textarea } from "@/components/ui/textarea";
import type { FormAction } from "@/lib/action";
import { reasons } from "./cancel-words";
import { withLostAnswer } from "./lost-answer";
import { Refusal } from "./verb-form";

interface CancelFormProps {
  /** The account this page was drawn for. */
  account: string;
  cancel: FormAction;
  confirm: string;
}

/** One button that cancels. Why is asked, and need not be answered. */
export function CancelForm({ account, cancel, confirm }: CancelFormProps) {
  const { state, pending, formProps, message, errorsOf, typedIn } = useActionForm(
    withLostAnswer(cancel),
    "cancel-plan",
  );
  return (
    <form {...formProps} className="flex flex-col gap-4">
      <input type="hidden" name="account" value={account} />
      <Field label="Why do you cancel? (optional)" errors={errorsOf("reason")}>
        {(control) => (
          <Select {...control} name="reason" options={reasons} placeholder="No answer" className="w-full max-w-sm" />
        )}
      </Field>
      <Field label="Anything you want to tell us? (optional)" errors={errorsOf("comment")}>
        {(control) => (
          <Textarea
            {...control}
            name="comment"
            rows={3}
            maxLength={500}
            defaultValue={typedIn("comment")}
            className="max-w-xl"
          />
        )}
      </Field>
      <div className="flex flex-wrap gap-2">
        <Button type="submit" variant="danger" pending={pending}>
          {confirm}
        </Button>
        <Link href={"/billing" as Route} className={buttonVariants({ variant: "secondary" })}>
          Keep it
        </Link>
      </div>
      <Refusal message={message} url={state && !state.ok ? state.url : undefined} />
    </form>
  );
}

interface EndNowProps {
  account: string;
  endNow: FormAction;
  lost: readonly string[];
}

/** The second choice: ending at once, asked once more because it cannot be taken back. */
export function EndNow({ account, endNow, lost }: EndNowProps) {
  async function end(): Promise<string | undefined> {
    const form = new FormData();
    form.set("account", account);
    const answer = await withLostAnswer(endNow)(null, form);
    return answer && !answer.ok ? answer.message : undefined;
  }
  return (
    <Confirm
      trigger={<Button variant="secondary">End it now…</Button>}
      title="End your plan now?"
      confirmLabel="End it now"
      cancelLabel="Keep it"
      onConfirm={end}
    >
      <ul className="flex list-disc flex-col gap-1 pl-5">
        {lost.map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
        <li>This cannot be taken back.</li>
      </ul>
    </Confirm>
  );
}
