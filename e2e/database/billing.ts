import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type Stripe from "stripe";
import { accountId, userId } from "../../lib/billing/units";
import type { Buyer } from "../../lib/checkout/start";
import { type Processed, processPendingEvents, receiveStripeEvent } from "../../lib/events/inbox";
import { EVENT_TYPES } from "../../lib/events/types";
import { setUpStripe } from "../../lib/stripe/account";
import { stripe } from "../../lib/stripe/client";

import { closeDatabase } from "../../lib/supabase/direct";
import type { Double } from "../../local/stripe/core/double.ts";
import { startDouble } from "../../local/stripe/server.ts";
import { type ClonedDatabase, cloneDatabase } from "./clone.ts";
import { createPerson } from "./people.ts";

/** The app's money on real parts: a database of this file's own, the Stripe double, and its webhooks coming in. */
export interface BillingScene {
  readonly database: ClonedDatabase;
  readonly double: Double;
  /** What the endpoint received, newest last; with `deliver` off they are kept and not handed to the inbox. */
  readonly received: Array<{ body: string; signature: string }>;
  deliver: boolean;
  /** Makes a confirmed person who may buy for their own account. */
  buyer(): Promise<Buyer>;
  /** Pays an open checkout with one of Stripe's test cards, as the hosted page does. */
  pay(url: string, card?: string): Promise<Stripe.Checkout.Session>;
  /** Lets Stripe deliver what it has, and the inbox be worked through until nothing is left that is due. */
  settle(): Promise<Processed>;
  /** Moves everybody's clock, with all that falls due. */
  advance(seconds: number): Promise<void>;
  control(door: string, body?: object): Promise<Record<string, unknown>>;
  balance(buyer: Buyer): Promise<{ total: number; debt: number }>;
  grants(buyer: Buyer): Promise<Array<{ source: string; source_id: string; amount: number; state: string }>>;
  close(): Promise<void>;
}

async function listen(take: (body: string, signature: string) => Promise<number>) {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      if (request.url?.startsWith("/emails")) {
        response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ id: randomUUID() }));
        return;
      }
      take(Buffer.concat(chunks).toString(), String(request.headers["stripe-signature"])).then(
        (status) => response.writeHead(status).end(),
        (error: unknown) => response.writeHead(500).end(String(error)),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, port: (server.address() as AddressInfo).port };
}

function setEnvironment(database: ClonedDatabase, double: Double, port: number, clockFile: string): void {
  Object.assign(process.env, {
    LEDGERLINE_LOCAL: "1",
    LEDGERLINE_CLOCK_FILE: clockFile,
    APP_URL: `http://localhost:${port}`,
    DATABASE_URL: `${database.url}?ledgerline.movable_clock=on`,
    SUPABASE_URL: "http://supabase.test",
    SUPABASE_PUBLISHABLE_KEY: database.keys.publishable,
    SUPABASE_SECRET_KEY: database.keys.secret,
    STRIPE_API_BASE: double.url,
    STRIPE_SECRET_KEY: double.key,
    STRIPE_WEBHOOK_SECRET: "whsec_unknown",
    RESEND_API_KEY: "re_test",
    RESEND_BASE_URL: `http://127.0.0.1:${port}`,
    MAIL_FROM: "Ledgerline <mail@example.test>",
    JOBS_SECRET: "a-secret-of-the-tests-only",
    SUPPORT_EMAIL: "support@example.test",
  });
}

/** Opens the scene with everything plans.ts sells at Stripe. Close it, or the test run does not end. */
export async function openBillingScene(): Promise<BillingScene> {
  const directory = mkdtempSync(join(tmpdir(), "ledgerline-billing-"));
  const clockFile = join(directory, "clock.json");
  const [database, double] = await Promise.all([cloneDatabase(), startDouble({ clockFile })]);
  const received: BillingScene["received"] = [];
  const { server, port } = await listen(async (body, signature) => {
    received.push({ body, signature });
    return scene.deliver ? (await receiveStripeEvent(body, signature)).status : 200;
  });
  setEnvironment(database, double, port, clockFile);
  const { webhookSecret } = await setUpStripe({ dryRun: false, events: EVENT_TYPES, say: () => undefined });
  process.env.STRIPE_WEBHOOK_SECRET = webhookSecret ?? "";

  const scene: BillingScene = {
    database,
    double,
    received,
    deliver: true,
    async buyer() {
      const person = await createPerson(database.sql);
      return {
        account: accountId(person.accountId),
        accountName: "Anna",
        user: userId(person.userId),
        email: person.email,
      };
    },
    async pay(url, card = "tok_visa") {
      const session = /\/(cs_\w+)/.exec(url)?.[1];
      if (!session) throw new Error(`${url} is not the address of a checkout`);
      const method = await stripe().paymentMethods.create({
        type: "card",
        card: { token: card },
        billing_details: { email: "anna@example.test", name: "Anna" },
      });
      await stripe().rawRequest("POST", `/v1/payment_pages/${session}/confirm`, { payment_method: method.id });
      return stripe().checkout.sessions.retrieve(session);
    },
    async settle() {
      await scene.control("settle");
      return processPendingEvents();
    },
    async advance(seconds) {
      await scene.control("clock", { advanceSeconds: seconds });
    },
    async control(door, body = {}) {
      const answer = await fetch(`${double.url}/_double/${door}`, { method: "POST", body: JSON.stringify(body) });
      const result = (await answer.json()) as Record<string, unknown>;
      if (!answer.ok) throw new Error(`/_double/${door}: ${JSON.stringify(result)}`);
      return result;
    },
    async balance({ account }) {
      const [row] = await database.sql<Array<{ total: string; debt: string }>>`
        select total, debt from public.credit_balances where account_id = ${account}`;
      return { total: Number(row?.total ?? 0), debt: Number(row?.debt ?? 0) };
    },
    async grants({ account }) {
      const rows = await database.sql<Array<{ source: string; source_id: string; amount: string; state: string }>>`
        select source, source_id, amount, state from public.credit_grants where account_id = ${account} order by seq`;
      return rows.map((row) => ({ ...row, amount: Number(row.amount) }));
    },
    async close() {
      await double.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await closeDatabase();
      await database.drop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
  return scene;
}
