import Stripe from "stripe";
import type { MeterAnswer } from "@/lib/billing/metering";
import { env } from "@/lib/env";
import { METER_EVENT } from "./catalogue";
import { stripe } from "./client";

const ALREADY_THERE = /an event already exists with identifier/i;
const NO_METER = /no (active )?meter/i;
const UNTIL_KEY_IS_MENDED_SECONDS = 600;
const MINUTE_MS = 60_000;

/** What an error of Stripe says about an event: taken before, later, unknown, or refused for good. */
export function answerOf(error: unknown): MeterAnswer {
  if (!(error instanceof Stripe.errors.StripeError)) throw error;
  const { message, statusCode, code, param } = error;
  if (ALREADY_THERE.test(message)) return { kind: "accepted" };
  if (statusCode === 429 || code === "lock_timeout") return { kind: "busy", message };
  if (statusCode === 401 || statusCode === 403) return { kind: "busy", seconds: UNTIL_KEY_IS_MENDED_SECONDS, message };
  if (!statusCode || statusCode >= 500 || statusCode === 409) return { kind: "unknown", message };
  if (NO_METER.test(message) || code === "archived_meter") return { kind: "no_meter", message };
  return { kind: "refused", aboutTime: param === "timestamp", message };
}

const meters = new Map<string, Promise<string>>();

async function findMeter(): Promise<string> {
  for await (const meter of stripe().billing.meters.list({ limit: 100 }))
    if (meter.event_name === METER_EVENT) return meter.id;
  throw new Error(`Stripe has no meter "${METER_EVENT}". Run npm run stripe:setup.`);
}

/** The id of our meter, asked of Stripe once per process and Stripe account. */
async function meterId(): Promise<string> {
  const { STRIPE_SECRET_KEY, STRIPE_API_BASE = "" } = env();
  const account = `${STRIPE_SECRET_KEY} ${STRIPE_API_BASE}`;
  const known = meters.get(account) ?? findMeter();
  meters.set(account, known);
  known.catch(() => meters.delete(account));
  return known;
}

/** Stripe's meters, by their v1 API, which answers for each event. No retries here: the outbox has its own. */
export const stripeMeterSink = {
  meter: METER_EVENT,

  async send({
    customer,
    value,
    identifier,
    at,
  }: {
    customer: string;
    value: number;
    identifier: string;
    at: Date;
  }): Promise<MeterAnswer> {
    try {
      await stripe().billing.meterEvents.create(
        {
          event_name: METER_EVENT,
          identifier,
          timestamp: Math.floor(at.getTime() / 1000),
          payload: { stripe_customer_id: customer, value: String(value) },
        },
        { maxNetworkRetries: 0 },
      );
      return { kind: "accepted" };
    } catch (error) {
      return answerOf(error);
    }
  },

  async sum(customer: string, from: Date, to: Date): Promise<number> {
    const minute = (time: Date) => Math.floor(time.getTime() / MINUTE_MS) * 60;
    const span = { customer, start_time: minute(from), end_time: minute(to), limit: 100 };
    let sum = 0;
    for await (const { aggregated_value } of stripe().billing.meters.listEventSummaries(await meterId(), span))
      sum += aggregated_value;
    return sum;
  },

  async cancel(identifier: string): Promise<"canceled" | "pending" | "too_late"> {
    try {
      const { status } = await stripe().billing.meterEventAdjustments.create({
        event_name: METER_EVENT,
        type: "cancel",
        cancel: { identifier },
      });
      return status === "complete" ? "canceled" : "pending";
    } catch (error) {
      if (error instanceof Stripe.errors.StripeInvalidRequestError) return "too_late";
      throw error;
    }
  },
};
