import { checkoutSessions } from "./checkout/sessions.ts";
import { testClocks } from "./clocks/test-clocks.ts";
import type { Resource } from "./core/resource.ts";
import { balanceTransactions } from "./invoices/balance-transactions.ts";
import { creditNotes } from "./invoices/credit-notes.ts";
import { invoiceItems } from "./invoices/invoice-items.ts";
import { invoicePayments } from "./invoices/invoice-payments.ts";
import { invoices } from "./invoices/invoices.ts";
import { meterEvents } from "./meters/meter-events.ts";
import { meters } from "./meters/meters.ts";
import { portal } from "./portal/portal.ts";
import { charges } from "./resources/charges.ts";
import { coupons, promotionCodes } from "./resources/coupons.ts";
import { customers } from "./resources/customers.ts";
import { disputes } from "./resources/disputes.ts";
import { events } from "./resources/events.ts";
import { fraudWarnings } from "./resources/fraud-warnings.ts";
import { paymentIntents } from "./resources/payment-intents.ts";
import { paymentMethods } from "./resources/payment-methods.ts";
import { prices } from "./resources/prices.ts";
import { products } from "./resources/products.ts";
import { refunds } from "./resources/refunds.ts";
import { setupIntents } from "./resources/setup-intents.ts";
import { taxIds } from "./resources/tax-ids.ts";
import { webhookEndpoints } from "./resources/webhook-endpoints.ts";
import { invoicePreviews } from "./subscriptions/preview.ts";
import { subscriptionSchedules } from "./subscriptions/schedules/schedules.ts";
import { subscriptionItems } from "./subscriptions/subscription-items.ts";
import { subscriptions } from "./subscriptions/subscriptions.ts";
import { eventDestinations } from "./v2/event-destinations.ts";
import { thinEvents } from "./v2/thin-events.ts";

/** Everything the double answers. A new folder of resources is one line here. */
export const resources: Resource[] = [
  customers,
  taxIds,
  products,
  prices,
  coupons,
  promotionCodes,
  paymentMethods,
  setupIntents,
  paymentIntents,
  charges,
  refunds,
  disputes,
  fraudWarnings,
  meters,
  meterEvents,
  invoicePreviews,
  invoices,
  invoiceItems,
  invoicePayments,
  balanceTransactions,
  creditNotes,
  subscriptions,
  subscriptionItems,
  subscriptionSchedules,
  checkoutSessions,
  portal,
  events,
  webhookEndpoints,
  testClocks,
  eventDestinations,
  thinEvents,
];
