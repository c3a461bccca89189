import type { Context } from "../core/resource.ts";
import {
  attemptSetup,
  createSetupIntent,
  finishSetupAuthentication,
  type SetupIntent,
} from "../resources/setup-intents.ts";
import { completeSession } from "./complete.ts";
import type { Confirmation } from "./confirmation.ts";
import { customerFor } from "./customer.ts";
import type { Session, SessionRecord } from "./record.ts";

/** Saves a card for later, without a charge. */
export function saveCard(
  session: Session,
  record: SessionRecord,
  paymentMethod: string,
  context: Context,
): Confirmation {
  const customer = customerFor(session, record, paymentMethod, context);
  const id = session.setup_intent ?? createSetupIntent(context, { customer }).id;
  const withIntent = context.save<Session>({ ...session, setup_intent: id });
  return settleSetup(withIntent, attemptSetup(context, id, { paymentMethod }), context);
}

/** What follows the 3D Secure page of a card that is saved. */
export function authenticateSetup(session: Session, isPassed: boolean, context: Context): Confirmation {
  return settleSetup(session, finishSetupAuthentication(context, session.setup_intent ?? "", isPassed), context);
}

function settleSetup(session: Session, intent: SetupIntent, context: Context): Confirmation {
  if (intent.status === "requires_action") return { outcome: "requires_action", amountCents: null };
  if (intent.status === "requires_payment_method") {
    return { outcome: "declined", error: new Error(intent.last_setup_error?.message ?? "Your card was declined.") };
  }
  const by = { intent: null, paymentMethod: intent.payment_method };
  return { outcome: "complete", session: completeSession(session, by, context) };
}
