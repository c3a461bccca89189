import type { StripeObject } from "./objects.ts";

export interface ErrorBody {
  type: "invalid_request_error" | "card_error" | "api_error" | "idempotency_error" | "authentication_error";
  message: string;
  code?: string;
  param?: string;
  decline_code?: string;
  advice_code?: string;
  network_decline_code?: string;
  charge?: string;
  payment_method?: object;
  payment_intent?: object;
  setup_intent?: object;
}

/** An answer that is not a success, in the shape Stripe gives it. */
export class StripeError extends Error {
  readonly status: number;
  readonly body: ErrorBody;
  readonly keepsChanges: boolean;
  /** headers of the answer, such as the reason of a 429 */
  headers: Record<string, string> = {};

  /**
   * @param keepsChanges true when what the request did so far stands, as after a declined card;
   * otherwise everything the request stored and emitted is undone
   */
  constructor(status: number, body: ErrorBody, keepsChanges = body.type === "card_error") {
    super(body.message);
    this.status = status;
    this.body = body;
    this.keepsChanges = keepsChanges;
  }
}

/** 400: the request makes no sense as it stands. */
export function invalid(message: string, param?: string, code?: string): StripeError {
  return new StripeError(400, { type: "invalid_request_error", message, param, code });
}

/** 400 parameter_missing. */
export function missingParam(param: string): StripeError {
  return invalid(`Missing required param: ${param}.`, param, "parameter_missing");
}

/** 404 for the object a path names, 400 for one that a parameter names. */
export function noSuch(what: string, id: string, param = "id"): StripeError {
  return new StripeError(param === "id" ? 404 : 400, {
    type: "invalid_request_error",
    code: "resource_missing",
    message: `No such ${what.replace(/^.*\./, "")}: '${id}'`,
    param,
  });
}

/** 402: the card was declined, or could not be charged now. */
export function cardError(body: Omit<ErrorBody, "type">, objects: Record<string, StripeObject | object> = {}) {
  return new StripeError(402, { type: "card_error", ...body, ...objects });
}

/** Why Stripe answers 429, told in a header. */
export const LIMIT_REASONS = [
  "global-rate",
  "global-concurrency",
  "endpoint-rate",
  "endpoint-concurrency",
  "resource-specific",
] as const;
export type LimitReason = (typeof LIMIT_REASONS)[number];

/** 429: too many requests. */
export function rateLimited(reason: LimitReason, message = "Request rate limit exceeded."): StripeError {
  const error = new StripeError(429, { type: "invalid_request_error", code: "rate_limit", message });
  error.headers = { "stripe-rate-limited-reason": reason };
  return error;
}

/** 429: another request works on the same object. */
export function lockTimeout(): StripeError {
  return new StripeError(429, {
    type: "invalid_request_error",
    code: "lock_timeout",
    message:
      "This object cannot be accessed right now because another API request or Stripe process is currently accessing it. If you see this error intermittently, retry the request.",
  });
}
