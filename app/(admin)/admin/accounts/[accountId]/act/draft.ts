import type { Question } from "@/components/admin/choice-form";
import type { Fact } from "@/components/admin/standing-words";

/** What stands on the page of an act: a question first, what would be done, or why it cannot be. */
export type Draft =
  | {
      kind: "confirm";
      title: string;
      text: string;
      facts: readonly Fact[];
      /** What the form says besides the reason; the amounts on the page are among them. */
      fields: Readonly<Record<string, string>>;
      confirmLabel: string;
      tone?: "danger";
    }
  | {
      kind: "choose";
      title: string;
      text: string;
      questions: readonly Question[];
      fields: Readonly<Record<string, string>>;
    }
  | { kind: "refused"; title: string; text: string };

/** What the address of an act says besides its verb. */
export type Search = Readonly<Record<string, string | undefined>>;
