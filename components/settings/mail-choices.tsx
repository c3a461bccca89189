"use client";

import { Switch } from "@/components/ui/switch";
import type { FormAction } from "@/lib/action";
import { SettingsForm } from "./settings-form";

interface MailChoice {
  kind: string;
  label: string;
  text: string;
  isWanted: boolean;
}

/** One switch for each kind of mail that a person may do without. */
export function MailChoices({ choose, choices }: { choose: FormAction; choices: MailChoice[] }) {
  return (
    <SettingsForm action={choose} keep="mail" submitLabel="Save choices" saved="Your choices are saved.">
      {() => (
        <ul className="flex flex-col divide-y divide-border">
          {choices.map(({ kind, label, text, isWanted }) => (
            <li key={kind} className="flex items-start justify-between gap-6 py-4 first:pt-0 last:pb-0">
              <div className="flex flex-col gap-1">
                <label htmlFor={`mail-${kind}`} className="text-sm font-medium">
                  {label}
                </label>
                <p id={`about-${kind}`} className="text-sm text-muted">
                  {text}
                </p>
              </div>
              <Switch id={`mail-${kind}`} name={kind} defaultChecked={isWanted} aria-describedby={`about-${kind}`} />
            </li>
          ))}
        </ul>
      )}
    </SettingsForm>
  );
}
