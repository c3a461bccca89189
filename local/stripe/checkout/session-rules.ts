import { invalid, missingParam } from "../core/error.ts";
import type { Context } from "../core/resource.ts";
import { isMetered, type Price } from "../subscriptions/items.ts";
import type { CreateParams } from "./record.ts";

const minute = 60;
const day = 86_400;

type Line = NonNullable<CreateParams["line_items"]>[number];

/** What Stripe refuses of a new session whatever its prices are. @throws 400 naming the parameter. */
export function checkParameters(params: CreateParams, context: Context): void {
  const { mode } = params;
  if (!mode) throw missingParam("mode");
  if (!params.success_url) throw missingParam("success_url");
  if (mode !== "setup" && !params.line_items?.length) {
    throw invalid(
      `Missing required param: line_items. You must provide line items in \`${mode}\` mode.`,
      "line_items",
      "parameter_missing",
    );
  }
  if (params.customer && params.customer_email) throw onlyOne("customer", "customer_email");
  if (params.allow_promotion_codes && params.discounts?.length) throw onlyOne("allow_promotion_codes", "discounts");
  if ((params.discounts?.length ?? 0) > 1) throw invalid("You can only apply one discount to a session.", "discounts");
  if (params.invoice_creation && mode !== "payment") {
    throw invalid(
      "You can only enable invoice creation when `mode` is set to `payment`. Invoices are created automatically when `mode` is set to `subscription`.",
      "invoice_creation",
    );
  }
  if (params.payment_intent_data && mode !== "payment") throw notInMode("payment_intent_data", mode);
  if (params.subscription_data && mode !== "subscription") throw notInMode("subscription_data", mode);
  if (params.customer_creation && (mode !== "payment" || params.customer)) {
    throw invalid(
      "`customer_creation` can only be used in `payment` mode, and not together with `customer`.",
      "customer_creation",
    );
  }
  if (params.payment_method_collection && mode !== "subscription") throw notInMode("payment_method_collection", mode);
  if (params.customer_update && !params.customer) {
    throw invalid("`customer_update` can only be used with `customer`.", "customer_update");
  }
  checkTax(params, context);
  checkExpiry(params.expires_at, context);
  checkTrial(params.subscription_data, context);
}

/** What Stripe refuses of the prices together. @throws 400 naming the line. */
export function checkPrices(params: CreateParams, lines: { line: Line; price: Price }[], context: Context): void {
  for (const [index, { line, price }] of lines.entries()) checkLine(line, price, `line_items[${index}]`, context);
  const recurring = lines.filter(({ price }) => price.recurring);
  if (params.mode === "payment" && recurring.length > 0) {
    throw invalid(
      "You specified `payment` mode but passed a recurring price. Either switch to `subscription` mode or use only one-time prices.",
      "mode",
    );
  }
  if (params.mode === "subscription" && recurring.length === 0) {
    throw invalid(
      "You must provide at least one recurring price in `subscription` mode when using prices.",
      "line_items",
    );
  }
  const intervals = new Set(
    recurring.map(({ price }) => `${price.recurring?.interval_count} ${price.recurring?.interval}`),
  );
  if (intervals.size > 1) {
    throw invalid("Checkout does not support multiple prices with different billing intervals.", "line_items");
  }
  if (recurring.length > 20) throw invalid("You can have at most 20 recurring line items.", "line_items");
}

/**
 * The currency of a session: the one asked for, or the first price's.
 * @throws 400 when prices differ, or a customer is bound to another currency.
 */
export function currencyFor(params: CreateParams, prices: Price[], context: Context): string {
  const currency = params.currency ?? prices[0]?.currency ?? "usd";
  const customer = params.customer ? context.find("customer", params.customer, "customer") : null;
  if (params.mode === "subscription" && customer?.currency && customer.currency !== currency) {
    throw invalid(
      `You cannot combine currencies on a single customer. This customer has an active subscription, subscription schedule, discount, quote, or invoice item with currency ${customer.currency}.`,
      "line_items",
    );
  }
  return currency;
}

function checkLine(line: Line, price: Price, at: string, context: Context): void {
  if (!price.active)
    throw invalid("The price specified is inactive. This field only accepts active prices.", `${at}[price]`);
  const product = context.find("product", price.product);
  if (!product.active)
    throw invalid(
      `The product ${product.id} of this price is not active, and new purchases of it are not possible.`,
      `${at}[price]`,
    );
  if (isMetered(price)) {
    if (line.quantity === undefined) return;
    throw invalid(
      `Quantity should not be specified where usage_type is \`metered\`. Remove quantity from \`${at}\``,
      `${at}[quantity]`,
    );
  }
  if (line.quantity === undefined) throw invalid(`Quantity is required. Add \`quantity\` to \`${at}\``, at);
  if (line.quantity < 1)
    throw invalid("This value must be greater than or equal to 1.", `${at}[quantity]`, "parameter_invalid_integer");
}

function checkTax(params: CreateParams, context: Context): void {
  if (params.tax_id_collection?.enabled && params.customer && params.customer_update?.name !== "auto") {
    throw invalid(
      "Tax ID collection requires updating business name on the customer. To enable tax ID collection for an existing customer, please set `customer_update[name]` to `auto`.",
      "tax_id_collection",
    );
  }
  if (!params.automatic_tax?.enabled || !params.customer || params.customer_update?.address === "auto") return;
  if (context.find("customer", params.customer, "customer").address?.country) return;
  throw invalid(
    "Automatic tax calculation in Checkout requires a valid address on the Customer. Add a valid address to the Customer or set either `customer_update[address]` to 'auto' or `customer_update[shipping]` to 'auto' to save the address entered in Checkout to the Customer.",
    undefined,
    "customer_tax_location_invalid",
  );
}

function checkExpiry(expiresAt: number | undefined, context: Context): void {
  if (expiresAt === undefined) return;
  const ahead = expiresAt - context.now();
  if (ahead < 30 * minute) {
    throw invalid(
      "The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation.",
      "expires_at",
    );
  }
  if (ahead > day)
    throw invalid(
      "The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.",
      "expires_at",
    );
}

function checkTrial(data: CreateParams["subscription_data"], context: Context): void {
  if (!data) return;
  if (data.trial_end !== undefined && data.trial_period_days !== undefined) {
    throw onlyOne("subscription_data[trial_end]", "subscription_data[trial_period_days]");
  }
  if (data.trial_period_days !== undefined && data.trial_period_days < 1) {
    throw invalid("The minimum number of trial period days is 1.", "subscription_data[trial_period_days]");
  }
  if (data.trial_end !== undefined && data.trial_end < context.now() + 2 * day) {
    throw invalid("The `trial_end` date has to be at least 2 days in the future.", "subscription_data[trial_end]");
  }
}

function onlyOne(one: string, other: string) {
  return invalid(`You may only specify one of these parameters: ${one}, ${other}.`, other);
}

function notInMode(param: string, mode: string) {
  return invalid(`You can not pass \`${param}\` in \`${mode}\` mode.`, param);
}
