import { formatDate } from "@/lib/billing/format";

/** "22 Nov 2026", in UTC like everything the app shows. */
export const writeDay = (at: string): string => formatDate(new Date(at));

/** "22 Nov 2026, 14:05". */
export const writeMoment = (at: string): string => `${writeDay(at)}, ${new Date(at).toISOString().slice(11, 16)}`;
