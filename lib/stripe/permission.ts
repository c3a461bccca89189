import Stripe from "stripe";

/** What the catalogue, the webhook and the app each ask of a restricted key, as the Dashboard lists it. */
export type Permission =
  | "Products: Write"
  | "Prices: Write"
  | "Meters: Write"
  | "Customer portal: Write"
  | "Webhook Endpoints: Write"
  | "Event Destinations: Write";

/**
 * Does something that a restricted key may not be allowed to do.
 * @throws Error that names the permission and where to give it, with Stripe's own words
 */
export async function withPermission<T>(permission: Permission, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isForbidden(error)) throw error;
    throw new Error(
      `STRIPE_SECRET_KEY is a restricted key without "${permission}". Give it that in Stripe, Developers → API keys, and ` +
        `run this again. Stripe says: ${error.message}`,
    );
  }
}

/** Whether Stripe knows the key but does not let it do this. */
export function isForbidden(error: unknown): error is Stripe.errors.StripeError {
  return error instanceof Stripe.errors.StripeError && error.statusCode === 403;
}
