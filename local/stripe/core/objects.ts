import type Stripe from "stripe";

/** Any object of the API as the double keeps and sends it. */
export interface StripeObject {
  id: string;
  object: string;
  [key: string]: unknown;
}

type Expandable = { object: string };
type Scalar = string | number | boolean | null | undefined;
type Plain<T> = T extends Scalar
  ? T
  : T extends Stripe.Decimal
    ? string
    : T extends ReadonlyArray<infer Item>
      ? Field<Item>[]
      : { [K in keyof T]: Field<T[K]> };
/** A field that may be an id or the object it names is always kept as the id. */
type Field<T> = string extends T ? Exclude<T, Expandable> : Plain<T>;

/** stripe-node's type of an object as it is kept: ids not expanded, decimals as strings. */
export type Stored<T> = { [K in keyof T]: Field<T[K]> };
/** stripe-node's type of a request's parameters as a handler gets them: decimals as strings. */
export type Params<T> = T extends Scalar
  ? T
  : T extends Stripe.Decimal
    ? string
    : T extends ReadonlyArray<infer Item>
      ? Params<Item>[]
      : { [K in keyof T]: Params<T[K]> };

/** A thin event as it is kept: whole, with the data that only retrieving it shows. */
export interface ThinEvent extends Stored<Stripe.V2.Core.EventBase> {
  type: ThinEventType;
  related_object?: Stripe.V2.Core.Events.RelatedObject;
  data?: Stripe.V2.Core.Events.V1BillingMeterErrorReportTriggeredEvent["data"];
}
export type ThinEventType =
  | "v1.billing.meter.error_report_triggered"
  | "v1.billing.meter.no_meter_found"
  | "v2.core.event_destination.ping";

/** Every public object by the value of its `object` field. */
export interface Objects {
  balance_transaction: Stored<Stripe.BalanceTransaction>;
  "billing.meter": Stored<Stripe.Billing.Meter>;
  "billing.meter_event": Stored<Stripe.Billing.MeterEvent>;
  "billing.meter_event_adjustment": Stored<Stripe.Billing.MeterEventAdjustment>;
  "billing.meter_event_summary": Stored<Stripe.Billing.MeterEventSummary>;
  "billing_portal.configuration": Stored<Stripe.BillingPortal.Configuration>;
  "billing_portal.session": Stored<Stripe.BillingPortal.Session>;
  charge: Stored<Stripe.Charge>;
  "checkout.session": Stored<Stripe.Checkout.Session>;
  coupon: Stored<Stripe.Coupon>;
  credit_note: Stored<Stripe.CreditNote>;
  credit_note_line_item: Stored<Stripe.CreditNoteLineItem>;
  customer: Stored<Stripe.Customer>;
  customer_balance_transaction: Stored<Stripe.CustomerBalanceTransaction>;
  discount: Stored<Stripe.Discount>;
  dispute: Stored<Stripe.Dispute>;
  event: Stored<Stripe.EventBase>;
  invoice: Stored<Stripe.Invoice>;
  invoice_payment: Stored<Stripe.InvoicePayment>;
  invoiceitem: Stored<Stripe.InvoiceItem>;
  item: Stored<Stripe.LineItem>;
  line_item: Stored<Stripe.InvoiceLineItem>;
  payment_intent: Stored<Stripe.PaymentIntent>;
  payment_method: Stored<Stripe.PaymentMethod>;
  price: Stored<Stripe.Price>;
  product: Stored<Stripe.Product>;
  promotion_code: Stored<Stripe.PromotionCode>;
  "radar.early_fraud_warning": Stored<Stripe.Radar.EarlyFraudWarning>;
  refund: Stored<Stripe.Refund>;
  setup_intent: Stored<Stripe.SetupIntent>;
  subscription: Stored<Stripe.Subscription>;
  subscription_item: Stored<Stripe.SubscriptionItem>;
  subscription_schedule: Stored<Stripe.SubscriptionSchedule>;
  tax_id: Stored<Stripe.TaxId>;
  "test_helpers.test_clock": Stored<Stripe.TestHelpers.TestClock>;
  "v2.core.event": ThinEvent;
  "v2.core.event_destination": Stored<Stripe.V2.Core.EventDestination>;
  webhook_endpoint: Stored<Stripe.WebhookEndpoint>;
}

export type ObjectName = keyof Objects;
