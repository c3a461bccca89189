import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import Stripe from "stripe";
import type { Double, DoubleOptions } from "./core/double.ts";
import { startDouble } from "./server.ts";

export interface CaughtEvent {
  event: Stripe.Event;
  signature: string;
  body: string;
}

/** A double on a free port, real stripe-node as its client, and an endpoint that catches and verifies its events. */
export interface TestDouble {
  double: Double;
  stripe: Stripe;
  /** events that arrived with a good signature, in the order they came */
  caught: CaughtEvent[];
  endpoint: Stripe.WebhookEndpoint;
  /** what the endpoint answers; change it to make deliveries fail */
  answer: { status: number; delayMs: number };
  /** calls a door: control("POST", "clock", { advanceSeconds: 60 }) */
  control(method: "GET" | "POST" | "DELETE", door: string, body?: object): Promise<Record<string, unknown>>;
  /** moves the clock, and waits until all that fell due is done and delivered */
  advance(seconds: number): Promise<void>;
  /** waits until all events so far were delivered, and gives the types of those caught */
  types(): Promise<string[]>;
  close(): Promise<void>;
}

/** Starts all of it. `close` ends all of it, and fails when the double met a problem of its own. */
export async function openTestDouble(options: Partial<DoubleOptions> = {}): Promise<TestDouble> {
  const double = await startDouble(options);
  const stripe = clientOf(double);
  const caught: CaughtEvent[] = [];
  const answer = { status: 200, delayMs: 0 };
  let secret = "";
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks).toString();
      const signature = String(request.headers["stripe-signature"]);
      const now = double.engine.clock.nowMs();
      try {
        const event = stripe.webhooks.constructEvent(body, signature, secret, undefined, undefined, now);
        caught.push({ event, signature, body });
      } catch {
        response.writeHead(400).end("bad signature");
        return;
      }
      setTimeout(() => response.writeHead(answer.status).end(), answer.delayMs);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const endpoint = await stripe.webhookEndpoints.create({
    url: `http://127.0.0.1:${port}/webhook`,
    enabled_events: ["*"],
    api_version: "2026-10-28.endive",
  });
  secret = endpoint.secret ?? "";

  const control: TestDouble["control"] = async (method, door, body) => {
    const answered = await fetch(`${double.url}/_double/${door}`, { method, body: body && JSON.stringify(body) });
    const result = (await answered.json()) as Record<string, unknown>;
    if (!answered.ok) throw new Error(`${method} /_double/${door}: ${JSON.stringify(result)}`);
    return result;
  };
  return {
    double,
    stripe,
    caught,
    endpoint,
    answer,
    control,
    async advance(seconds) {
      await control("POST", "clock", { advanceSeconds: seconds });
    },
    async types() {
      await control("POST", "settle");
      return caught.map(({ event }) => event.type);
    },
    async close() {
      await double.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      if (double.engine.problems.length > 0) throw new Error(double.engine.problems.join("\n"));
    },
  };
}

/** stripe-node talking to a double, without its own retries, so that every answer is seen. */
export function clientOf({ url, key }: Pick<Double, "url" | "key">, maxNetworkRetries = 0): Stripe {
  const port = Number(new URL(url).port);
  return new Stripe(key, { host: "127.0.0.1", port, protocol: "http", maxNetworkRetries, telemetry: false });
}

/** The error a call ends in. Throws when it does not fail. */
export async function refusal(call: Promise<unknown>): Promise<Stripe.errors.StripeError> {
  try {
    await call;
  } catch (error) {
    if (error instanceof Stripe.errors.StripeError) return error;
    throw error;
  }
  throw new Error("Stripe should have refused this");
}
