import { invalid } from "../core/error.ts";
import { mergeMetadata } from "../core/metadata.ts";
import type { Context } from "../core/resource.ts";
import { couponOf } from "../invoices/discounts.ts";
import type { Price } from "../subscriptions/items.ts";
import { fullPrice, priceIn } from "../subscriptions/priced.ts";
import { inlinePrice } from "./inline-price.ts";
import { type CreateParams, keepRecord, type Session, type SessionLine, type SessionRecord } from "./record.ts";
import { checkParameters, checkPrices, currencyFor } from "./session-rules.ts";
import { withSums } from "./sums.ts";

type Line = NonNullable<CreateParams["line_items"]>[number];
const daySeconds = 86_400;
const minimumCharge = 50;

/** Makes a checkout session, after everything Stripe would refuse has been refused. @throws 400. */
export function createSession(params: CreateParams, context: Context): Session {
  checkParameters(params, context);
  if (params.customer) context.find("customer", params.customer, "customer");
  const wanted = (params.line_items ?? []).map((line, index) => ({ line, price: priceOf(line, index, context) }));
  checkPrices(params, wanted, context);
  const currency = currencyFor(
    params,
    wanted.map(({ price }) => price),
    context,
  );
  const lines = wanted.map(({ line, price }, index) => sessionLine(line, price, currency, index, context));
  const discount = params.discounts?.[0] ?? null;
  if (discount) couponOf(discount, params.customer ?? null, context);
  const id = context.newId("cs_test");
  const record: SessionRecord = {
    id,
    lines,
    paymentIntentData: params.payment_intent_data,
    subscriptionData: params.subscription_data,
    customerUpdate: params.customer_update,
    discount,
    pendingSubscription: null,
    customer: null,
    email: null,
  };
  const summed = withSums(emptySession(id, params, currency, context), record, context);
  refuseTooLittle(summed.session);
  keepRecord({ ...record, lines: summed.lines }, context);
  context.schedule(summed.session.expires_at, "checkout.expire", { session: id }, `expire ${id}`);
  return context.save(summed.session);
}

function priceOf(line: Line, index: number, context: Context): Price {
  if (line.price_data) return inlinePrice(line.price_data, context);
  if (!line.price) throw invalid(`You must specify either \`price\` or \`price_data\`.`, `line_items[${index}]`);
  return context.find("price", line.price, `line_items[${index}][price]`);
}

function sessionLine(line: Line, price: Price, currency: string, index: number, context: Context): SessionLine {
  priceIn(fullPrice(price.id, context), currency, `line_items[${index}][price]`);
  return context.build("item", {
    id: context.newId("li"),
    adjustable_quantity: null,
    currency,
    description: context.find("product", price.product).name,
    metadata: mergeMetadata(null, line.metadata),
    price,
    quantity: line.quantity ?? null,
  });
}

function emptySession(id: string, params: CreateParams, currency: string, context: Context): Session {
  const invoiceData = params.invoice_creation?.invoice_data;
  const payment = params.mode === "payment";
  return context.build("checkout.session", {
    id,
    adaptive_pricing: { enabled: params.adaptive_pricing?.enabled ?? false },
    after_expiration: null,
    allow_promotion_codes: params.allow_promotion_codes ?? null,
    allowed_payment_method_types: params.allowed_payment_method_types ?? null,
    automatic_tax: {
      enabled: params.automatic_tax?.enabled ?? false,
      liability: params.automatic_tax?.enabled ? { type: "self" } : null,
      provider: params.automatic_tax?.enabled ? "stripe" : null,
      status: params.automatic_tax?.enabled ? "requires_location_inputs" : null,
    },
    billing_address_collection: params.billing_address_collection ?? null,
    cancel_url: params.cancel_url ?? null,
    client_reference_id: params.client_reference_id ?? null,
    consent_collection: params.consent_collection
      ? {
          payment_method_reuse_agreement: null,
          promotions: params.consent_collection.promotions ?? null,
          terms_of_service: params.consent_collection.terms_of_service ?? null,
        }
      : null,
    currency: params.mode === "setup" ? (params.currency ?? null) : currency,
    custom_fields: [],
    custom_text: customText(params),
    customer: params.customer ?? null,
    customer_creation: params.customer ? null : payment ? (params.customer_creation ?? "if_required") : "always",
    customer_email: params.customer_email ?? null,
    discounts: (params.discounts ?? []).map(({ coupon = null, promotion_code = null }) => ({ coupon, promotion_code })),
    expires_at: params.expires_at ?? context.now() + daySeconds,
    invoice_creation: payment
      ? {
          enabled: params.invoice_creation?.enabled ?? false,
          invoice_data: {
            account_tax_ids: invoiceData?.account_tax_ids || null,
            custom_fields: invoiceData?.custom_fields || null,
            description: invoiceData?.description ?? null,
            footer: invoiceData?.footer ?? null,
            issuer: null,
            metadata: mergeMetadata(null, invoiceData?.metadata),
            rendering_options: null,
          },
        }
      : null,
    locale: params.locale ?? null,
    metadata: mergeMetadata(null, params.metadata),
    mode: params.mode ?? "payment",
    origin_context: null,
    payment_method_collection:
      params.mode === "subscription" ? (params.payment_method_collection ?? "always") : "if_required",
    payment_method_options: {},
    payment_method_types: params.allowed_payment_method_types ?? ["card"],
    payment_status: params.mode === "setup" ? "no_payment_required" : "unpaid",
    phone_number_collection: { enabled: params.phone_number_collection?.enabled ?? false },
    shipping_options: [],
    status: "open",
    submit_type: params.submit_type ?? null,
    success_url: params.success_url ?? null,
    tax_id_collection: params.tax_id_collection
      ? { enabled: params.tax_id_collection.enabled, required: params.tax_id_collection.required ?? "never" }
      : { enabled: false, required: "never" },
    ui_mode: params.ui_mode ?? "hosted_page",
    url: `${context.baseUrl}/c/pay/${id}`,
  });
}

function customText({ custom_text: text }: CreateParams): Session["custom_text"] {
  return {
    after_submit: text?.after_submit || null,
    shipping_address: text?.shipping_address || null,
    submit: text?.submit || null,
    terms_of_service_acceptance: text?.terms_of_service_acceptance || null,
  };
}

function refuseTooLittle(session: Session): void {
  const total = session.amount_total ?? 0;
  if (session.mode !== "payment" || total === 0 || total >= minimumCharge) return;
  throw invalid(
    "The Checkout Session's total amount due must add up to at least $0.50 usd",
    undefined,
    "amount_too_small",
  );
}
