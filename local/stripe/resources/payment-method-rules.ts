import { createHash } from "node:crypto";
import { cardError, invalid, noSuch, StripeError } from "../core/error.ts";
import type { Objects } from "../core/objects.ts";
import type { Context } from "../core/resource.ts";
import type { Address } from "./address.ts";
import { brandOf, isCardNumber, type TestCard, testCard, testCardOfToken } from "./cards.ts";

export type PaymentMethod = Objects["payment_method"];

/** What the double knows of a payment method and the API never shows. */
interface Behavior {
  id: string;
  card: TestCard | null;
  /** a bank debit that takes days, and whether it arrives in the end */
  debit: "arrives" | "fails" | null;
  /** passed 3D Secure for later use */
  isSetUp: boolean;
  /** was taken from its customer, and may not be used again */
  isForgotten?: boolean;
}

export interface CardDetails {
  number: string;
  expMonth: number;
  expYear: number;
  cvc?: string;
}
export interface BillingDetails {
  address?: Address | null;
  email?: string | null;
  name?: string | null;
  phone?: string | null;
}

const FAILING_ACCOUNTS = ["AT861904300235473202", "AT051904300235473205"];

const behaviors = (context: Context) => context.store.hidden<Behavior>("_payment_method");

export function behaviorOf(context: Context, id: string): Behavior {
  return behaviors(context).get(id) ?? { id, card: null, debit: null, isSetUp: false };
}

/** Remembers that the card passed 3D Secure for later use, so that off-session payments go through. */
export function markSetUp(context: Context, id: string): void {
  behaviors(context).put({ ...behaviorOf(context, id), isSetUp: true });
}

/** Notes that a payment method was taken from its customer. */
export function forget(context: Context, id: string): void {
  behaviors(context).put({ ...behaviorOf(context, id), isForgotten: true });
}

/** @throws StripeError 400 for a payment method that was taken from its customer */
export function refuseForgotten(context: Context, id: string): void {
  if (!behaviorOf(context, id).isForgotten) return;
  throw invalid(
    "The provided PaymentMethod was previously used with a PaymentIntent without Customer attachment, shared with a connected account without Customer attachment, or was detached from a Customer. It may not be used again. To use a PaymentMethod multiple times, you must attach it to a Customer first.",
    "payment_method",
  );
}

/**
 * A card as a payment method, attached to nobody yet.
 * @throws StripeError 402 for a number, date or code that no card can have
 */
export function createCard(context: Context, details: CardDetails, billing: BillingDetails = {}): PaymentMethod {
  const number = details.number.replaceAll(/[ -]/g, "");
  const year = details.expYear < 100 ? 2000 + details.expYear : details.expYear;
  const today = new Date(context.now() * 1000);
  if (!isCardNumber(number)) throw cardFault("incorrect_number", "Your card number is incorrect.", "number");
  if (!(details.expMonth >= 1 && details.expMonth <= 12)) {
    throw cardFault("invalid_expiry_month", "Your card's expiration month is invalid.", "exp_month");
  }
  if (Date.UTC(year, details.expMonth) <= today.getTime()) {
    throw cardFault("invalid_expiry_year", "Your card's expiration year is invalid.", "exp_year");
  }
  if (details.cvc !== undefined && !/^\d{3,4}$/.test(details.cvc)) {
    throw cardFault("invalid_cvc", "Your card's security code is invalid.", "cvc");
  }
  const brand = brandOf(number);
  const method = context.build("payment_method", {
    id: context.newId("pm"),
    type: "card",
    allow_redisplay: "unspecified",
    billing_details: billingDetails(billing),
    metadata: {},
    card: {
      brand,
      checks: {
        address_line1_check: null,
        address_postal_code_check: null,
        cvc_check: details.cvc === undefined ? null : "pass",
      },
      country: "US",
      display_brand: brand,
      exp_month: details.expMonth,
      exp_year: year,
      fingerprint: createHash("sha256").update(number).digest("hex").slice(0, 16),
      funding: "credit",
      generated_from: null,
      last4: number.slice(-4),
      networks: { available: [brand], preferred: null },
      regulated_status: "unregulated",
      three_d_secure_usage: { supported: true },
      wallet: null,
    },
  });
  behaviors(context).put({ id: method.id, card: testCard(number), debit: null, isSetUp: false });
  return context.save(method);
}

/** A SEPA debit, which takes days and arrives, but for Stripe's two failing test accounts. */
export function createSepaDebit(context: Context, iban: string, billing: BillingDetails = {}): PaymentMethod {
  const account = iban.replaceAll(" ", "").toUpperCase();
  if (!/^[A-Z]{2}\d{2}[A-Z0-9]{10,30}$/.test(account)) throw invalid("Invalid IBAN.", "sepa_debit[iban]");
  const method = context.build("payment_method", {
    id: context.newId("pm"),
    type: "sepa_debit",
    billing_details: billingDetails(billing),
    metadata: {},
    sepa_debit: {
      bank_code: "19043",
      branch_code: "",
      country: account.slice(0, 2),
      fingerprint: createHash("sha256").update(account).digest("hex").slice(0, 16),
      generated_from: null,
      last4: account.slice(-4),
    },
  });
  const debit = FAILING_ACCOUNTS.includes(account) ? "fails" : "arrives";
  behaviors(context).put({ id: method.id, card: null, debit, isSetUp: true });
  return context.save(method);
}

/**
 * The payment method a parameter names: one that exists, or a new one for pm_card_visa and its like.
 * @throws StripeError 400 resource_missing
 */
export function methodFor(context: Context, id: string, param = "payment_method"): PaymentMethod {
  const card = testCardOfToken(id);
  if (!card) return context.find("payment_method", id, param);
  const year = new Date(context.now() * 1000).getUTCFullYear() + 1;
  return createCard(context, { number: card.number, expMonth: 12, expYear: year });
}

/**
 * Saves a payment method with a customer. The bank is asked, so some cards are declined already here.
 * @throws StripeError 402 for those, 400 when it is another customer's
 */
export function attach(context: Context, id: string, customer: string): PaymentMethod {
  const method = methodFor(context, id);
  context.find("customer", customer, "customer");
  if (method.customer === customer) return method;
  if (method.customer) {
    throw invalid("The payment method you provided has already been attached to a customer.", "payment_method");
  }
  refuseForgotten(context, method.id);
  const { card } = behaviorOf(context, method.id);
  if (card?.decline && !card.savesFirst) {
    const { code, declineCode, message } = card.decline;
    throw new StripeError(402, { type: "card_error", code, decline_code: declineCode, message }, false);
  }
  const attached = context.save({ ...method, customer });
  context.emit("payment_method.attached", attached);
  return attached;
}

/** The payment method, refused with 400 unless it is this customer's. */
export function methodOf(context: Context, customer: string, id: string, param: string): PaymentMethod {
  const method = context.find("payment_method", id, param);
  if (method.customer !== customer) throw noSuch("payment_method", id, param);
  return method;
}

export function billingDetails({ address = null, email = null, name = null, phone = null }: BillingDetails) {
  return { address: address as never, email, name, phone, tax_id: null };
}

function cardFault(code: string, message: string, param: string) {
  return cardError({ code, message, param });
}

/**
 * Checks that a payment method is a customer's own, as it must be to be charged for invoices.
 * @throws 400 when it is unknown, attached to nobody, or another customer's
 */
export function requireOwnMethod(customer: string | null, method: string, param: string, context: Context): void {
  const { customer: owner } = context.find("payment_method", method, param);
  if (owner !== null && owner === customer) return;
  throw invalid(
    `The customer does not have a payment method with the ID ${method}. The payment method must be attached to the customer.`,
    param,
    "resource_missing",
  );
}
