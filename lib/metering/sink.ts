import type { MeterAnswer } from "@/lib/billing/metering";
import { env } from "@/lib/env";
import { stripeMeterSink } from "@/lib/stripe/meter-sink";

/** A usage event on its way out. */
export interface MeterEvent {
  readonly customer: string;
  /** Rated credits; negative in a correction. */
  readonly value: number;
  /** Deterministic, so that the same event cannot count twice. */
  readonly identifier: string;
  readonly at: Date;
}

/** Where overage is billed. Another billing system is another object of this shape. */
export interface UsageSink {
  /** The meter's event name, a part of every row's identity. */
  readonly meter: string;
  send(event: MeterEvent): Promise<MeterAnswer>;
  /** Credits counted for a customer in [from, to), whole minutes. Lags behind what was accepted. */
  sum(customer: string, from: Date, to: Date): Promise<number>;
  /** Takes an event back; only lately received ones can be. */
  cancel(identifier: string): Promise<"canceled" | "pending" | "too_late">;
}

/** The sink that METER_SINK names: Stripe's meters unless told, or null for none, and then windows are kept and not sent. */
export function usageSink(): UsageSink | null {
  return env().METER_SINK === "none" ? null : stripeMeterSink;
}
