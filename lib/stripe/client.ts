import Stripe from "stripe";
import { env, isLocal } from "@/lib/env";

/** The version every request asks for and every event must come in; the SDK decides it. */
export const API_VERSION = Stripe.API_VERSION;

const LIVE_KEY = /^(sk|rk)_live_/;
const DOUBLE_KEY = /^sk_test_double_/;

let last: { key: string; base: string | undefined; client: Stripe } | undefined;

function address(base: string | undefined) {
  if (!base) return {};
  const url = new URL(base);
  const protocol = url.protocol === "https:" ? ("https" as const) : ("http" as const);
  return { host: url.hostname, port: url.port || (protocol === "https" ? 443 : 80), protocol };
}

/** Refuses keys where they would do harm. @throws Error for a live key in local mode, and the double's key outside it */
export function assertKeyFits(key: string, local: boolean): void {
  if (local && LIVE_KEY.test(key))
    throw new Error("STRIPE_SECRET_KEY is a live key, and local mode moves the clock. Use a test key here.");
  if (!local && DOUBLE_KEY.test(key))
    throw new Error(
      "STRIPE_SECRET_KEY belongs to the local Stripe double. Replace it by a key of your Stripe account.",
    );
}

/**
 * The Stripe client of this process: Stripe itself, or in local mode whatever STRIPE_API_BASE points at.
 * @throws EnvError without a key, Error for a key that does not belong here
 */
export function stripe(): Stripe {
  const { STRIPE_SECRET_KEY: key, STRIPE_API_BASE: base } = env();
  if (last?.key === key && last.base === base) return last.client;
  assertKeyFits(key, isLocal());
  const client = new Stripe(key, {
    ...address(base),
    maxNetworkRetries: 2,
    timeout: 20_000,
    telemetry: false,
    appInfo: { name: "Ledgerline" },
  });
  last = { key, base, client };
  return client;
}

/** Whether our key moves real money; events of the other kind are none of ours. */
export function isLivemode(): boolean {
  return LIVE_KEY.test(env().STRIPE_SECRET_KEY);
}

/** Stripe's seconds as a Date. */
export const fromSeconds = (seconds: number): Date => new Date(seconds * 1000);
export const fromSecondsOrNull = (seconds: number | null | undefined): Date | null =>
  seconds === null || seconds === undefined ? null : fromSeconds(seconds);

/** The id of what Stripe gives either whole or as an id. */
export function idOf(reference: string | { id: string } | null | undefined): string | null {
  if (!reference) return null;
  return typeof reference === "string" ? reference : reference.id;
}

/** Whether Stripe says that the object does not exist, for example after it was deleted or made with another key. */
export function isMissing(error: unknown): boolean {
  return error instanceof Stripe.errors.StripeInvalidRequestError && error.code === "resource_missing";
}
