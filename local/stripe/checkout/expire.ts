import { invalid } from "../core/error.ts";
import type { Context } from "../core/resource.ts";
import { cancelIntent } from "../resources/payments.ts";
import { expireIncomplete } from "../subscriptions/standing.ts";
import { findRecord, type Session } from "./record.ts";

/**
 * Ends an open session (`checkout.session.expired`); what it had begun is given up.
 * @throws 400 when it is complete or expired already.
 */
export function expireSession(session: Session, context: Context): Session {
  if (session.status !== "open") {
    throw invalid(
      `Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of \`${session.status}\`.`,
    );
  }
  context.unschedule(`expire ${session.id}`);
  if (session.payment_intent) giveUpIntent(session.payment_intent, context);
  const { pendingSubscription } = findRecord(session.id, context);
  if (pendingSubscription) expireIncomplete(context.find("subscription", pendingSubscription), context);
  const expired = context.save<Session>({ ...session, status: "expired", url: null });
  context.emit("checkout.session.expired", expired);
  return expired;
}

/** The hours of a session are over. */
export function expireWhenDue({ session: id }: Record<string, unknown>, context: Context): void {
  const session = context.store.objects("checkout.session").get(String(id));
  if (session?.status === "open") expireSession(session, context);
}

function giveUpIntent(intent: string, context: Context): void {
  const { status } = context.find("payment_intent", intent);
  if (!["succeeded", "canceled", "processing"].includes(status)) cancelIntent(context, intent, "abandoned");
}
