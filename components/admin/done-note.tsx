import { Banner } from "@/components/ui/banner";
import type { AdminAction } from "@/lib/admin/actions";
import { endOf, verbWords } from "./verb-words";

/** Says at the top of a page what was just done. */
export function DoneNote({ action }: { action: AdminAction }) {
  const words = verbWords(action.verb);
  const details = words.details(action.arguments);
  const end = endOf(action.answer);
  return (
    <Banner tone={end.tone} title={`${words.name}${end.label === "Done" ? "" : `: ${end.label.toLowerCase()}`}`}>
      {[details, end.why ?? "It stands in the audit with your reason."].filter(Boolean).join(". ")}
    </Banner>
  );
}
