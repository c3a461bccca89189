import type Stripe from "stripe";
import type { Objects, Params } from "../core/objects.ts";
import type { Context } from "../core/resource.ts";

export type Session = Objects["checkout.session"];
export type SessionLine = Objects["item"];
export type CreateParams = Params<Stripe.Checkout.SessionCreateParams>;

/** What a session remembers beyond what the API shows. */
export interface SessionRecord {
  id: string;
  lines: SessionLine[];
  paymentIntentData: CreateParams["payment_intent_data"];
  subscriptionData: CreateParams["subscription_data"];
  customerUpdate: CreateParams["customer_update"];
  /** The discount that applies: named at creation, or typed in as a code on the page. */
  discount: { coupon?: string; promotion_code?: string } | null;
  /** A subscription whose first payment has not gone through yet. */
  pendingSubscription: string | null;
  /** The customer made for a person who came without one; the session shows it once it is complete. */
  customer: string | null;
  /** The address typed on the page. */
  email: string | null;
}

/** @throws 404 for an unknown session. */
export function findRecord(session: string, context: Context): SessionRecord {
  context.find("checkout.session", session);
  const record = context.store.hidden<SessionRecord>("_checkouts").get(session);
  if (!record) throw new Error(`The checkout session ${session} has lost its record`);
  return record;
}

export function keepRecord(record: SessionRecord, { store }: Context): SessionRecord {
  return store.hidden<SessionRecord>("_checkouts").put(record);
}

/** Sets or takes back what a person wrote on the page. */
export function changeRecord(session: string, change: Partial<SessionRecord>, context: Context): SessionRecord {
  return keepRecord({ ...findRecord(session, context), ...change }, context);
}
