import { type AuthError, isAuthApiError } from "@supabase/supabase-js";

export interface Refusal {
  ok: false;
  message: string;
  fields?: Record<string, string[]>;
  values?: Record<string, string>;
}

export type Answer = { ok: true } | Refusal;

export const refusal = (message: string): Refusal => ({ ok: false, message });
export const fieldRefusal = (field: string, message: string): Refusal => ({
  ok: false,
  message: "One field needs another look.",
  fields: { [field]: [message] },
});

const LIMITS = ["over_request_rate_limit", "over_email_send_rate_limit"];

/**
 * What people are told when the auth service said no for a reason of its own. Outages are written to the log, since what
 * was typed should not be lost to an error page.
 */
export function authRefusal(error: AuthError): Refusal {
  if (LIMITS.includes(error.code ?? "")) return refusal("Too many tries. You can try again in a few minutes.");
  if (error.code === "weak_password")
    return fieldRefusal("password", "This password is known from leaks or too weak. Choose another.");
  if (error.code === "same_password") return fieldRefusal("password", "This is your current password. Choose another.");
  if (error.code === "email_address_invalid") return fieldRefusal("email", "This address does not accept mail.");
  if (error.code === "signup_disabled") return refusal("Sign-up is closed at the moment.");
  if (!isAuthApiError(error) || error.status >= 500) console.error("The auth service failed", error);
  return refusal("This did not work, and nothing was changed. Try again in a minute.");
}
