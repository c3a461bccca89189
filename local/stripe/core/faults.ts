import { setTimeout as wait } from "node:timers/promises";
import { invalid, LIMIT_REASONS, type LimitReason, lockTimeout, rateLimited, StripeError } from "./error.ts";

/** A failure to play, asked for through `/_double/faults`. */
export interface Fault {
  /** "POST"; absent: any */
  method?: string;
  /** "/v1/checkout/sessions", or "/v1/customers/*"; absent: any */
  path?: string;
  /** how many requests it hits; 1 unless told */
  times: number;
  /** an answer instead of the request being carried out */
  status?: 409 | 429 | 500 | 502 | 503;
  /** why a 429: Stripe-Rate-Limited-Reason, or lock_timeout, which has none */
  reason: LimitReason | "lock_timeout";
  delayMs: number;
  /** carries the request out, and only then lets the client wait: how a timeout hides a success */
  answerDelayMs: number;
  /** cuts the connection before the request is carried out, or after it was committed */
  drop?: "before" | "after";
}

const STATUSES = [409, 429, 500, 502, 503];

/** The failures still to be played. */
export class Faults {
  private list: Fault[] = [];

  /** @throws StripeError 400 when the fault does not say what should happen */
  add(asked: Record<string, unknown>): Fault {
    const { method, path, status, drop, times = 1, delayMs = 0, answerDelayMs = 0 } = asked as Partial<Fault>;
    const { reason = "global-rate" } = asked as Partial<Fault>;
    if (reason !== "lock_timeout" && !LIMIT_REASONS.includes(reason)) {
      throw invalid(`reason is one of ${LIMIT_REASONS.join(", ")}, lock_timeout`, "reason");
    }
    if (status !== undefined && !STATUSES.includes(status))
      throw invalid(`status is one of ${STATUSES.join(", ")}`, "status");
    if (drop !== undefined && drop !== "before" && drop !== "after") throw invalid("drop is before or after", "drop");
    if (status === undefined && drop === undefined && !delayMs && !answerDelayMs)
      throw invalid("A fault has a status, a drop or a delayMs, or an answerDelayMs");
    const fault: Fault = { method, path, status, reason, drop, times, delayMs, answerDelayMs };
    this.list.push(fault);
    return fault;
  }

  all(): Fault[] {
    return this.list;
  }

  clear(): void {
    this.list = [];
  }

  /** Takes the fault that this request meets, if any, and waits its delay. */
  async meet(method: string, path: string): Promise<Fault | undefined> {
    const fault = this.list.find((entry) => (entry.method ?? method) === method && fits(entry.path, path));
    if (!fault) return undefined;
    fault.times -= 1;
    if (fault.times <= 0) this.list = this.list.filter((entry) => entry !== fault);
    if (fault.delayMs > 0) await wait(fault.delayMs);
    return fault;
  }
}

function fits(pattern: string | undefined, path: string): boolean {
  if (pattern === undefined) return true;
  return pattern.endsWith("*") ? path.startsWith(pattern.slice(0, -1)) : pattern === path;
}

/** The error a fault's status stands for. */
export function faultError({ status = 500, reason }: Fault): StripeError {
  if (status === 429) {
    if (reason === "lock_timeout") return lockTimeout();
    return rateLimited(reason, "Request rate limit exceeded. (A fault that was asked for.)");
  }
  return new StripeError(status, { type: "api_error", message: `A fault that was asked for: ${status}.` });
}
