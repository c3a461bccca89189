import { z } from "zod";
import { accountParameter } from "../read";

const common = {
  requestId: z.uuid(),
  account: accountParameter,
  reason: z
    .string()
    .trim()
    .min(3, "Say why, in a few words: it stays with the act.")
    .max(500, "Keep the reason under 500 characters."),
};
const whole = z.coerce.number("Write a number, such as 5000.").int("Write a whole number.");

/** The most credits a form gives at once: a slip of the finger stays small. */
export const MOST_CREDITS = 10_000_000;
export const creditsField = whole
  .min(1, "Give at least 1 credit.")
  .max(MOST_CREDITS, "Give at most 10,000,000 credits at once.");
export const daysField = z
  .union([z.literal("").transform(() => undefined), whole.min(1, "At least 1 day.").max(3650, "At most 3,650 days.")])
  .optional();
export const forgivenField = z.enum(["base", "all"]);
export const decisionField = z.enum(["send", "count", "write_off"]);

/** What an admin may ask for about an account, as its form says it. */
export const orderFields = z.discriminatedUnion("verb", [
  z.object({ verb: z.literal("gift"), ...common, credits: creditsField, days: daysField }),
  z.object({ verb: z.literal("hold"), ...common }),
  z.object({ verb: z.literal("release"), ...common }),
  z.object({ verb: z.literal("overage"), ...common }),
  z.object({ verb: z.literal("sync"), ...common }),
  z.object({
    verb: z.literal("refund"),
    ...common,
    payment: z.string().min(1),
    cents: whole.min(1),
    currency: z.string().length(3),
  }),
  z.object({ verb: z.literal("forgive"), ...common, invoice: z.string().min(1), what: forgivenField }),
  z.object({ verb: z.literal("meter"), ...common, row: z.uuid(), decision: decisionField, credits: whole }),
  z.object({ verb: z.literal("event"), ...common, event: z.string().min(1) }),
]);

export type Order = z.output<typeof orderFields>;
