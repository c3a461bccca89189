import { invalid, StripeError } from "./error.ts";
import { API_VERSION } from "./version.ts";

/**
 * Lets a request in that carries the double's key and no other version of the API than its own.
 * @throws StripeError 401, or 400 for another version
 */
export function authenticate(headers: Record<string, string | undefined>, key: string): void {
  const [scheme = "", credential = ""] = (headers.authorization ?? "").split(" ");
  const given = scheme === "Basic" ? (Buffer.from(credential, "base64").toString().split(":")[0] ?? "") : credential;
  if (!given) {
    throw unauthorized("You did not provide an API key. You need to provide your API key in the Authorization header.");
  }
  if (/^[sr]k_live_/.test(given)) {
    throw unauthorized("This is the local Stripe double. It never takes a live key: do not send live keys here.");
  }
  if (given !== key) {
    throw unauthorized(`Invalid API Key provided: ${given.slice(0, 8)}${"*".repeat(8)}${given.slice(-4)}`);
  }
  const version = headers["stripe-version"];
  if (version && version !== API_VERSION) {
    throw invalid(`Invalid Stripe API version: ${version}. The local double speaks ${API_VERSION} only.`);
  }
}

function unauthorized(message: string): StripeError {
  return new StripeError(401, { type: "invalid_request_error", message });
}
