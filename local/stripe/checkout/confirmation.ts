import type { Session } from "./record.ts";

/** What a try to pay a session came to. */
export type Confirmation =
  | { outcome: "complete"; session: Session }
  | { outcome: "requires_action"; amountCents: number | null }
  | { outcome: "declined"; error: Error };
