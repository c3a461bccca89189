import { createHmac } from "node:crypto";
import {
  BACKOFF_SECONDS,
  changeDeliveryOptions,
  type Delivery,
  deliveriesOf,
  readDeliveryOptions,
  receiverOf,
  secretsOf,
} from "./deliveries.ts";
import type { Engine } from "./engine.ts";
import type { Store } from "./store.ts";
import { notificationOf } from "./thin-events.ts";

const TIMEOUT_MS = 10_000;
const AT_ONCE = 8;

type Attempt = Delivery["attempts"][number];

/** Carries events to webhook endpoints, outside any transaction, so that an endpoint may call the API back. */
export class Courier {
  private readonly engine: Engine;
  private readonly underway = new Set<Promise<void>>();
  private waiting: string[] = [];
  /** how many deliveries were attempted so far */
  trips = 0;

  constructor(engine: Engine) {
    this.engine = engine;
  }

  /** Takes a delivery; it leaves as soon as fewer than eight are under way. */
  send(delivery: string): void {
    this.waiting.push(delivery);
    setImmediate(() => this.dispatch());
  }

  /** Resolves when nothing is under way or waiting. */
  async idle(): Promise<void> {
    while (this.underway.size > 0 || this.waiting.length > 0) {
      this.dispatch();
      await Promise.race(this.underway);
    }
  }

  private dispatch(): void {
    const { store } = this.engine;
    const { reorder } = readDeliveryOptions(store);
    while (this.underway.size < (reorder ? 1 : AT_ONCE)) {
      const next = reorder ? this.waiting.pop() : this.waiting.shift();
      if (next === undefined) return;
      this.trips += 1;
      const trip = this.carry(next)
        .catch((error: unknown) => this.engine.report(`Delivery ${next}`, error))
        .finally(() => {
          this.underway.delete(trip);
          this.dispatch();
        });
      this.underway.add(trip);
    }
  }

  private async carry(id: string): Promise<void> {
    const { store } = this.engine;
    const delivery = deliveriesOf(store).get(id);
    const body = delivery && bodyOf(store, delivery.event);
    const receiver = delivery && receiverOf(store, delivery.endpoint);
    if (!delivery || !body || delivery.status !== "pending") return;
    const { lose, down } = readDeliveryOptions(store);
    const isLost = !down && lose > 0;
    const hindrance = !receiver?.isEnabled
      ? "The endpoint was removed or disabled"
      : down
        ? "Nobody answered: the app is down, as asked for"
        : isLost
          ? "Lost on the way, as asked for"
          : null;
    const attempt: Attempt =
      receiver && hindrance === null
        ? await this.post(receiver.url, body, this.secrets(delivery.endpoint))
        : { at: this.now(), status: null, error: hindrance, body: "" };
    await this.engine.transact(null, (context) => {
      if (isLost) changeDeliveryOptions(store, { lose: Math.max(0, readDeliveryOptions(store).lose - 1) });
      this.record(delivery, attempt, receiver?.isEnabled === true);
      if (delivery.status !== "pending") return;
      const wait = isSuccess(attempt) ? 0 : (BACKOFF_SECONDS[delivery.attempts.length - 1] ?? 0);
      context.schedule(context.now() + wait, "webhook.deliver", { delivery: id });
    });
  }

  private record(delivery: Delivery, attempt: Attempt, retry: boolean): void {
    const { store } = this.engine;
    const isDelivered = isSuccess(attempt);
    delivery.attempts.push(attempt);
    const successes = delivery.attempts.filter(isSuccess).length;
    const isDone = successes > readDeliveryOptions(store).duplicate;
    if (isDelivered && isDone) delivery.status = "delivered";
    else if (!isDelivered && (!retry || delivery.attempts.length > BACKOFF_SECONDS.length)) delivery.status = "failed";
    deliveriesOf(store).put(delivery);
    const event = store.objects("event").get(delivery.event);
    if (!event || delivery.status !== "delivered") return;
    store.objects("event").put({ ...event, pending_webhooks: Math.max(0, event.pending_webhooks - 1) });
  }

  private async post(url: string, body: string, secrets: string[]): Promise<Attempt> {
    const at = this.now();
    try {
      const answer = await fetch(url, {
        method: "POST",
        body,
        redirect: "manual",
        signal: AbortSignal.timeout(TIMEOUT_MS),
        headers: {
          "content-type": "application/json; charset=utf-8",
          "user-agent": "Stripe/1.0 (local double)",
          "stripe-signature": signature(body, at, secrets),
        },
      });
      return { at, status: answer.status, error: null, body: (await answer.text()).slice(0, 500) };
    } catch (error) {
      const { message, cause } = error as Error;
      return { at, status: null, error: cause instanceof Error ? `${message}: ${cause.message}` : message, body: "" };
    }
  }

  private secrets(endpoint: string): string[] {
    const { store } = this.engine;
    if (readDeliveryOptions(store).wrongSecret) return ["whsec_not_the_secret"];
    const kept = secretsOf(store).get(endpoint)?.secrets ?? [];
    return kept.filter(({ until }) => until === null || until > this.now()).map(({ secret }) => secret);
  }

  private now(): number {
    return this.engine.clock.nowSeconds();
  }
}

/** What is sent of an event: all of it, or of a thin one the notification. */
function bodyOf(store: Store, event: string): string | undefined {
  const thin = store.objects("v2.core.event").get(event);
  const whole = thin ? notificationOf(thin) : store.objects("event").get(event);
  return whole && JSON.stringify(whole);
}

function isSuccess({ status }: Attempt): boolean {
  return status !== null && status >= 200 && status < 300;
}

/** Stripe's signature header, scheme v1: one signature for each secret that holds. */
export function signature(body: string, at: number, secrets: string[]): string {
  const signed = secrets.map((secret) => `v1=${createHmac("sha256", secret).update(`${at}.${body}`).digest("hex")}`);
  return [`t=${at}`, ...signed].join(",");
}
