"use client";

import { AlertDialog } from "@base-ui/react/alert-dialog";
import { type ReactElement, type ReactNode, useState, useTransition } from "react";
import { Button } from "./button";
import { backdropClass, DialogFooter, popupClass } from "./dialog";

interface ConfirmProps {
  /** The button that asks, for example `<Button variant="danger">Revoke</Button>`. */
  trigger: ReactElement;
  title: string;
  /** What is lost. */
  children: ReactNode;
  confirmLabel: string;
  cancelLabel?: string;
  tone?: "danger" | "primary";
  /** Does it. Answers a sentence to show what went wrong and stay open, undefined when it is done. */
  onConfirm: () => Promise<string | undefined>;
}

/** Asks once before something that cannot be undone, says what is lost, and shows that it works. */
export function Confirm({ trigger, title, children, confirmLabel, cancelLabel, tone, onConfirm }: ConfirmProps) {
  const [open, setOpen] = useState(false);
  const [pending, startTransition] = useTransition();
  const [problem, setProblem] = useState<string>();

  function confirm() {
    setProblem(undefined);
    startTransition(async () => {
      const answer = await onConfirm();
      if (answer) setProblem(answer);
      else setOpen(false);
    });
  }

  return (
    <AlertDialog.Root open={open} onOpenChange={(next) => !pending && setOpen(next)}>
      <AlertDialog.Trigger render={trigger} />
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className={backdropClass} />
        <AlertDialog.Popup className={popupClass}>
          <AlertDialog.Title className="text-base font-semibold">{title}</AlertDialog.Title>
          <AlertDialog.Description render={<div />} className="mt-1 text-sm text-muted">
            {children}
          </AlertDialog.Description>
          {problem && (
            <p role="alert" className="mt-3 text-13 text-danger">
              {problem}
            </p>
          )}
          <DialogFooter>
            <AlertDialog.Close render={<Button variant="secondary">{cancelLabel ?? "Cancel"}</Button>} />
            <Button variant={tone ?? "danger"} pending={pending} onClick={confirm}>
              {confirmLabel}
            </Button>
          </DialogFooter>
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
