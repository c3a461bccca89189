/** A meter event as the double keeps it; the API never shows it again. */
export interface RecordedEvent {
  id: string;
  identifier: string;
  eventName: string;
  customer: string;
  value: number;
  /** When the use happened, as the sender says; seconds. It decides the period the use is billed in. */
  timestamp: number;
  /** When the event arrived here; seconds. Limits and the visibility lag run on it. */
  receivedAt: number;
  /** When it was taken back; seconds. Like the event itself it shows after the visibility lag. */
  canceledAt: number | null;
  /** What Stripe found wrong with it afterwards: it counts for nothing. */
  error?: string;
}

export const dayInSeconds = 86_400;
