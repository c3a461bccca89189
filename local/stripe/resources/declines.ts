import type { Context } from "../core/resource.ts";
import type { Decline } from "./cards.ts";

interface AskedDecline {
  id: string;
  times: number;
  declineCode: string;
  isFinal: boolean;
}

/** Makes the next payments of a customer fail whatever their card: how to see a renewal decline. */
export function askForDecline(context: Context, customer: string, body: Record<string, unknown>): object {
  const { times = 1, decline_code = "generic_decline", final = false } = body;
  const asked = { id: customer, times: Number(times), declineCode: String(decline_code), isFinal: final === true };
  return context.store.hidden<AskedDecline>("_asked_decline").put(asked);
}

/** The refusal asked for, counted down. */
export function takeAskedDecline(context: Context, customer: string | null): Decline | undefined {
  const table = context.store.hidden<AskedDecline>("_asked_decline");
  const asked = customer ? table.get(customer) : undefined;
  if (!asked || asked.times < 1) return undefined;
  table.put({ ...asked, times: asked.times - 1 });
  const { declineCode, isFinal } = asked;
  return { code: "card_declined", declineCode, message: "Your card was declined.", isFinal };
}
