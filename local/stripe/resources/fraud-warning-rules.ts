import { invalid } from "../core/error.ts";
import type { Objects, StripeObject } from "../core/objects.ts";
import type { Context } from "../core/resource.ts";
import type { Charge } from "./charge-rules.ts";

export type FraudWarning = Objects["radar.early_fraud_warning"];

const FRAUD_TYPES = [
  "card_never_received",
  "fraudulent_card_application",
  "made_with_counterfeit_card",
  "made_with_lost_card",
  "made_with_stolen_card",
  "misc",
  "unauthorized_use_of_card",
];

/**
 * The card's bank says that a charge looks like fraud, before anybody disputes it. Moves no money. Emits
 * `radar.early_fraud_warning.created`.
 * @throws StripeError 400 for a charge that was not paid, one that was warned of before, or a kind Stripe does not know
 */
export function warnOfFraud(context: Context, chargeId: string, fraudType = "misc"): FraudWarning {
  const charge = context.find("charge", chargeId, "charge");
  if (charge.status !== "succeeded" || !charge.captured)
    throw invalid("Only a charge that was paid can be warned of.", "charge");
  if (!FRAUD_TYPES.includes(fraudType)) {
    throw invalid(`fraud_type is one of ${FRAUD_TYPES.join(", ")}`, "fraud_type");
  }
  if (warningOf(context, charge.id)) throw invalid(`There is a warning of the charge ${charge.id} already.`, "charge");
  const warning = context.build("radar.early_fraud_warning", {
    id: context.newId("issfr"),
    actionable: isActionable(context, charge),
    charge: charge.id,
    fraud_type: fraudType,
    ...(charge.payment_intent && { payment_intent: charge.payment_intent }),
  });
  context.save(warning);
  context.emit("radar.early_fraud_warning.created", warning);
  return warning;
}

/** A warned-of charge was refunded, disputed, or its refund came back: whether there is anything left to do. */
export function followCharge(object: StripeObject, context: Context): void {
  const id = object.object === "charge" ? object.id : String(object.charge);
  const warning = warningOf(context, id);
  const charge = context.store.objects("charge").get(id);
  if (!warning || !charge) return;
  context.update("radar.early_fraud_warning.updated", { ...warning, actionable: isActionable(context, charge) });
}

function isActionable({ store }: Context, charge: Charge): boolean {
  const isDisputed = store.objects("dispute").find((row) => row.charge === charge.id) !== undefined;
  return !charge.refunded && !isDisputed;
}

function warningOf({ store }: Context, charge: string): FraudWarning | undefined {
  return store.objects("radar.early_fraud_warning").find((row) => row.charge === charge);
}
