import type { ListedMail } from "@/lib/email/sent";

type Tone = "neutral" | "success" | "warning" | "danger";
export interface MailState {
  label: string;
  tone: Tone;
}

const STATES: Record<string, MailState> = {
  waiting: { label: "Not sent yet", tone: "neutral" },
  withheld: { label: "Kept back", tone: "neutral" },
  sent: { label: "Sent", tone: "neutral" },
  delayed: { label: "Delayed", tone: "warning" },
  delivered: { label: "Delivered", tone: "success" },
  failed: { label: "Failed", tone: "danger" },
  suppressed: { label: "Not sent: bounced before", tone: "danger" },
  bounced: { label: "Bounced", tone: "danger" },
  complained: { label: "Called spam", tone: "danger" },
};

const WITHHELD: Record<string, string> = {
  not_wanted: "They do without this kind of mail.",
  unreachable: "The address took no mail before.",
  called_spam: "They called such mail spam.",
};

/** What became of one copy. */
export const copyState = (state: string): MailState => STATES[state] ?? { label: state, tone: "neutral" };

/** Why a copy was kept back or did not arrive, in words. */
export const copyReason = (reason: string | null): string | null => (reason && WITHHELD[reason]) ?? reason;

/** What became of the whole mail, as far as that is up to us. */
export function mailState(mail: ListedMail): MailState {
  if (mail.sentAt) return { label: "Left", tone: "neutral" };
  if (mail.withheldAt) return { label: "Kept back", tone: "neutral" };
  if (!mail.nextAttemptAt) return { label: "Given up", tone: "danger" };
  return mail.lastError ? { label: "Tried again later", tone: "warning" } : { label: "Waits", tone: "neutral" };
}

/** The name of a kind, as a person reads it. */
export const mailName = (kind: string): string =>
  `${kind.charAt(0).toUpperCase()}${kind.slice(1)}`.replaceAll("_", " ");

/** Whether somebody whom it was for does not have it, so that sending again does something. */
export const canSendAgain = (mail: ListedMail): boolean =>
  (!mail.sentAt && !mail.withheldAt) ||
  mail.copies.some(({ state }) => ["failed", "suppressed", "bounced"].includes(state));
