import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type BillingScene, openBillingScene } from "@/e2e/database/billing";
import { outboxOf, payAsYouGo, spend } from "@/e2e/database/usage";
import { now } from "@/lib/clock";
import { readErrorReports, THIN_EVENT_TYPES } from "@/lib/metering/errors";
import { flushUsage, reportUsage } from "@/lib/metering/report";
import { stripe } from "@/lib/stripe/client";
import { rpc } from "@/lib/supabase/rpc";
import { POST } from "./route";

const work: Array<() => Promise<void>> = [];
vi.mock("next/server", () => ({ after: (later: () => Promise<void>) => work.push(later) }));

let scene: BillingScene;
let server: Server;
const arrived: Array<{ body: string; signature: string }> = [];

beforeAll(async () => {
  scene = await openBillingScene();
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      arrived.push({ body: Buffer.concat(chunks).toString(), signature: String(request.headers["stripe-signature"]) });
      response.writeHead(200).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const destination = await stripe().v2.core.eventDestinations.create({
    name: "Thin",
    type: "webhook_endpoint",
    event_payload: "thin",
    enabled_events: [...THIN_EVENT_TYPES],
    webhook_endpoint: { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/thin` },
    include: ["webhook_endpoint.signing_secret"],
  });
  process.env.STRIPE_THIN_WEBHOOK_SECRET = destination.webhook_endpoint?.signing_secret ?? "";
});
afterAll(async () => {
  delete process.env.STRIPE_THIN_WEBHOOK_SECRET;
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await scene.close();
});

async function post(body: string, signature: string | null): Promise<{ status: number; code: string }> {
  const headers = signature ? { "stripe-signature": signature } : undefined;
  const answer = await POST(new Request("http://localhost/api/stripe/thin", { method: "POST", body, headers }));
  return { status: answer.status, ...((await answer.json()) as { code: string }) };
}

const signed = (payload: string, secret = process.env.STRIPE_THIN_WEBHOOK_SECRET ?? "") =>
  stripe().webhooks.generateTestHeaderString({ payload, secret, timestamp: Math.floor(now().getTime() / 1000) });

let count = 0;
function notification(change: object = {}): string {
  count += 1;
  return JSON.stringify({
    id: `evt_thin_${count}`,
    object: "v2.core.event",
    type: "v1.billing.meter.error_report_triggered",
    livemode: false,
    created: now().toISOString(),
    related_object: { id: "mtr_1", type: "billing.meter", url: "/v1/billing/meters/mtr_1" },
    ...change,
  });
}

const stored = async (body: string) => {
  const [row] = await scene.database
    .sql`select status from public.stripe_thin_events where id = ${JSON.parse(body).id}`;
  return row?.status ?? null;
};

/** An event of the outbox that Stripe took, and reports as wrong. */
async function reported() {
  const payer = await payAsYouGo(scene);
  await spend(payer, 70);
  await flushUsage(payer.account, now());
  const [row] = await outboxOf(scene, payer);
  arrived.length = 0;
  await scene.control("meter-errors", { identifier: row?.identifier });
  await scene.control("settle");
  const last = arrived.at(-1);
  if (!last) throw new Error("no report arrived");
  return { payer, row, last };
}

test("an error report rejects the row it names, once however often it arrives", async () => {
  const { payer, last } = await reported();
  expect(await post(last.body, last.signature)).toEqual({ status: 200, code: "stored" });
  expect(await post(last.body, last.signature)).toEqual({ status: 200, code: "duplicate" });
  expect(work).toHaveLength(1);
  await work.pop()?.();
  const [row] = await outboxOf(scene, payer);
  expect(row).toMatchObject({
    state: "rejected",
    last_error: expect.stringContaining("meter_event_customer_not_found"),
  });
  expect(await stored(last.body)).toBe("done");
});

test("an admin sends a rejected row again under a new identifier, and the late report does not reject that", async () => {
  const { payer, row, last } = await reported();
  await post(last.body, last.signature);
  await work.pop()?.();
  await rpc("decide_meter_row", { id: row?.id, decision: "send", reason: "mended", at: now() });
  await reportUsage();
  await rpc("reject_meter_event", { identifier: row?.identifier, error: "again", at: now() });
  const [again] = await outboxOf(scene, payer);
  expect(again).toMatchObject({ state: "accepted", revision: 1, former_identifiers: [row?.identifier] });
});

test("a report whose details cannot be fetched is tried again later", async () => {
  const { payer, last } = await reported();
  await post(last.body, last.signature);
  work.pop();
  await scene.control("faults", { method: "GET", path: "/v2/core/events/*", status: 500, times: 5 });
  await readErrorReports();
  expect(await stored(last.body)).toBe("pending");
  await fetch(`${scene.double.url}/_double/faults`, { method: "DELETE" });
  await scene.advance(60);
  await readErrorReports();
  expect((await outboxOf(scene, payer))[0]?.state).toBe("rejected");
});

test.each<[string, (body: string) => string | null]>([
  ["no signature", () => null],
  ["a signature nobody can read", () => "v1=nonsense"],
  ["the signature of the other address", (body) => signed(body, process.env.STRIPE_WEBHOOK_SECRET)],
  ["a body that was changed on the way", (body) => signed(`${body} `)],
])("%s is refused and leaves nothing behind", async (_name, header) => {
  const body = notification();
  expect(await post(body, header(body))).toEqual({ status: 400, code: "bad_signature" });
  expect(await stored(body)).toBeNull();
});

test("an event of the other address, with its whole object, is refused here", async () => {
  const body = JSON.stringify({ id: "evt_1", object: "event", type: "invoice.paid", data: { object: {} } });
  expect(await post(body, signed(body))).toEqual({ status: 400, code: "not_thin" });
  expect(await post("no json", signed("no json"))).toEqual({ status: 400, code: "not_thin" });
});

test("a body over 100 kilobytes is refused unread", async () => {
  const body = notification({ filler: "x".repeat(100_001) });
  expect(await post(body, signed(body))).toEqual({ status: 413, code: "too_large" });
  expect(await stored(body)).toBeNull();
});

test("either of two secrets verifies, so that a secret can be changed without losing a report", async () => {
  const secret = process.env.STRIPE_THIN_WEBHOOK_SECRET;
  process.env.STRIPE_THIN_WEBHOOK_SECRET = `whsec_new, ${secret}`;
  for (const known of ["whsec_new", secret]) {
    const body = notification();
    expect((await post(body, signed(body, known))).status).toBe(200);
  }
  process.env.STRIPE_THIN_WEBHOOK_SECRET = secret;
});

test("without a secret nothing is taken, so that Stripe keeps trying until it is set", async () => {
  const secret = process.env.STRIPE_THIN_WEBHOOK_SECRET;
  process.env.STRIPE_THIN_WEBHOOK_SECRET = "";
  const body = notification();
  expect(await post(body, signed(body, secret))).toEqual({ status: 503, code: "not_set_up" });
  process.env.STRIPE_THIN_WEBHOOK_SECRET = secret;
});

test.each([
  ["of the other mode", { livemode: true }],
  ["of a type that is none of ours", { type: "v2.core.account.updated" }],
])("a verified event %s is stored as ignored", async (_name, change) => {
  const body = notification(change);
  expect(await post(body, signed(body))).toEqual({ status: 200, code: "ignored" });
  expect(await stored(body)).toBe("ignored");
});
