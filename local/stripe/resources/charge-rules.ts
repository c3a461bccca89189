import { letters } from "../core/id.ts";
import type { Objects } from "../core/objects.ts";
import type { Context } from "../core/resource.ts";
import type { Decline } from "./cards.ts";
import type { PaymentMethod } from "./payment-method-rules.ts";

export type Charge = Objects["charge"];
type Intent = Objects["payment_intent"];
type BalanceType = Objects["balance_transaction"]["type"];

const FEE_PERCENT = 2.9;
const FEE_FIXED = 30;

/** The charge of an attempt that went through, or is on its way. Emits `charge.succeeded` or `charge.pending`. */
export function chargeSucceeds(
  context: Context,
  intent: Intent,
  method: PaymentMethod,
  how: { captured: boolean; pending: boolean },
): Charge {
  const charge = context.build("charge", {
    ...chargeFields(context, intent, method),
    amount_captured: how.captured && !how.pending ? intent.amount : 0,
    captured: how.captured,
    paid: !how.pending,
    status: how.pending ? "pending" : "succeeded",
    outcome: outcome("authorized", "approved_by_network", "Payment complete.", null),
    receipt_url: `${context.baseUrl}/receipts/${intent.id}`,
  });
  if (how.captured && !how.pending) {
    charge.balance_transaction = recordBalance(context, "charge", charge.amount, charge.currency, charge.id);
  }
  context.save(charge);
  context.emit(how.pending ? "charge.pending" : "charge.succeeded", charge);
  return charge;
}

/** The charge of an attempt the bank refused. Emits `charge.failed`. */
export function chargeFails(context: Context, intent: Intent, method: PaymentMethod, decline: Decline): Charge {
  const charge = context.build("charge", {
    ...chargeFields(context, intent, method),
    captured: false,
    paid: false,
    status: "failed",
    failure_code: decline.code,
    failure_message: decline.message,
    outcome: outcome(
      "issuer_declined",
      "declined_by_network",
      "The bank did not return any further details with this decline.",
      decline,
    ),
  });
  context.save(charge);
  context.emit("charge.failed", charge);
  return charge;
}

/** Writes a line of the account's balance; refunds and disputes are negative. Returns its id. */
export function recordBalance(
  context: Context,
  type: BalanceType,
  amount: number,
  currency: string,
  source: string,
  fee = type === "charge" ? Math.round((amount * FEE_PERCENT) / 100) + FEE_FIXED : 0,
): string {
  const line = context.build("balance_transaction", {
    id: context.newId("txn"),
    type,
    amount,
    currency,
    source,
    fee,
    net: amount - fee,
    fee_details:
      fee > 0
        ? [{ amount: fee, application: null, currency, description: "Stripe processing fees", type: "stripe_fee" }]
        : [],
    available_on: context.now() + 2 * 86_400,
    balance_type: "payments",
    reporting_category: type === "adjustment" ? "dispute" : type,
    status: "pending",
  });
  return context.save(line).id;
}

function chargeFields(context: Context, intent: Intent, method: PaymentMethod): Partial<Charge> {
  return {
    id: context.newId("ch"),
    amount: intent.amount,
    currency: intent.currency,
    customer: intent.customer,
    description: intent.description,
    metadata: intent.metadata,
    payment_intent: intent.id,
    payment_method: method.id,
    billing_details: method.billing_details as Charge["billing_details"],
    calculated_statement_descriptor: "LOCAL DOUBLE",
    statement_descriptor: intent.statement_descriptor,
    statement_descriptor_suffix: intent.statement_descriptor_suffix,
    receipt_email: intent.receipt_email,
    shipping: intent.shipping as Charge["shipping"],
    fraud_details: {},
    payment_method_details: detailsOf(method, intent.amount),
  };
}

function detailsOf(method: PaymentMethod, amount: number): Charge["payment_method_details"] {
  if (method.type === "sepa_debit" && method.sepa_debit) {
    const { bank_code, branch_code, country, fingerprint, last4 } = method.sepa_debit;
    return { type: "sepa_debit", sepa_debit: { bank_code, branch_code, country, fingerprint, last4, mandate: null } };
  }
  const { card } = method;
  if (!card) return null;
  return {
    type: "card",
    card: {
      amount_authorized: amount,
      authorization_code: String(100_000 + (amount % 900_000)),
      brand: card.brand,
      checks: card.checks,
      country: card.country,
      electronic_commerce_indicator: null,
      exp_month: card.exp_month,
      exp_year: card.exp_year,
      fingerprint: card.fingerprint,
      funding: card.funding,
      installments: null,
      last4: card.last4,
      mandate: null,
      network: card.brand,
      network_transaction_id: letters(15),
      regulated_status: card.regulated_status,
      three_d_secure: null,
      transaction_link_id: null,
      wallet: null,
    },
  } as Charge["payment_method_details"];
}

function outcome(
  type: string,
  networkStatus: string,
  sellerMessage: string,
  decline: Decline | null,
): Charge["outcome"] {
  return {
    advice_code: decline ? (decline.isFinal ? "do_not_try_again" : "try_again_later") : null,
    network_advice_code: null,
    network_decline_code: null,
    network_status: networkStatus,
    reason: decline?.declineCode ?? null,
    risk_level: "normal",
    risk_score: 12,
    seller_message: sellerMessage,
    type,
  };
}
