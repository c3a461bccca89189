import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import Stripe from "stripe";
import { afterAll, beforeAll, expect, test } from "vitest";
import { withPermission } from "./permission";

let server: Server;
let client: Stripe;
let answer: { status: number; error: object };
beforeAll(async () => {
  server = createServer((_, response) => {
    response
      .writeHead(answer.status, { "content-type": "application/json" })
      .end(JSON.stringify({ error: answer.error }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  client = new Stripe("rk_test_x", {
    host: "127.0.0.1",
    port,
    protocol: "http",
    maxNetworkRetries: 0,
    telemetry: false,
  });
});
afterAll(() => server.close());

test("a permission that a restricted key lacks is named, with the way to give it", async () => {
  answer = { status: 403, error: { type: "invalid_request_error", message: "Having 'rak_product_write' would help." } };
  const make = withPermission("Products: Write", () => client.products.create({ name: "Starter" }));
  await expect(make).rejects.toThrow(/without "Products: Write".*Developers → API keys.*rak_product_write/);
});

test("any other refusal keeps its own words", async () => {
  answer = { status: 400, error: { type: "invalid_request_error", message: "No such meter." } };
  const make = withPermission("Meters: Write", () => client.products.create({ name: "Starter" }));
  await expect(make).rejects.toThrow(/^No such meter\.$/);
});
