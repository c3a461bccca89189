type Tone = "neutral" | "success" | "warning" | "danger";

interface DisputeWords {
  readonly label: string;
  readonly tone: Tone;
  /** The bank has not decided yet. */
  readonly isOpen: boolean;
}

const STATUSES: Record<string, DisputeWords> = {
  needs_response: { label: "Disputed: answer it", tone: "danger", isOpen: true },
  under_review: { label: "Disputed: the bank decides", tone: "danger", isOpen: true },
  won: { label: "Dispute won", tone: "success", isOpen: false },
  lost: { label: "Dispute lost", tone: "danger", isOpen: false },
  prevented: { label: "Dispute prevented", tone: "neutral", isOpen: false },
  warning_needs_response: { label: "Inquiry: answer it", tone: "warning", isOpen: false },
  warning_under_review: { label: "Inquiry: the bank decides", tone: "warning", isOpen: false },
  warning_closed: { label: "Inquiry closed", tone: "neutral", isOpen: false },
};

/** How a dispute stands, with the reason that the customer's bank gave. */
export function disputeWords({ status, reason }: { status: string; reason: string }): DisputeWords {
  const known = STATUSES[status] ?? { label: `Dispute: ${status.replaceAll("_", " ")}`, tone: "warning", isOpen: true };
  return { ...known, label: `${known.label} (${reason.replaceAll("_", " ")})` };
}
