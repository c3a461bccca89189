import { NextRequest } from "next/server";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { config, proxy } from "./proxy";

const hosted = { APP_URL: "https://app.example.com", LEDGERLINE_LOCAL: "" };
const local = { APP_URL: "http://localhost:3000", LEDGERLINE_LOCAL: "1" };

function live(settings: Record<string, string>) {
  for (const [name, value] of Object.entries(settings)) vi.stubEnv(name, value);
}

async function policyOf(path: string) {
  const response = await proxy(new NextRequest(`http://localhost:3000${path}`));
  return { response, policy: response.headers.get("content-security-policy") ?? "" };
}

beforeEach(() => {
  vi.unstubAllEnvs();
  live(local);
});

describe("headers", () => {
  test("a signed-in page runs scripts by a nonce of its own, and no inline ones", async () => {
    const first = await policyOf("/assistant");
    const second = await policyOf("/assistant");
    expect(first.policy).toMatch(/script-src 'self' 'nonce-[A-Za-z0-9+/=]{20,}' 'strict-dynamic'(;|$)/);
    expect(first.policy).not.toMatch(/script-src[^;]*unsafe-inline/);
    expect(first.policy).not.toBe(second.policy);
    expect(first.response.headers.get("x-middleware-request-x-nonce")).toBeTruthy();
  });

  test("pages the policy does not know are held to the strict one", async () => {
    for (const path of ["/legal", "/pricing/hidden", "/settings/api-keys", "/anything"]) {
      expect((await policyOf(path)).policy, path).toContain("'nonce-");
    }
  });

  test("a marketing page needs no nonce, so that it can be built once", async () => {
    for (const path of ["/", "/pricing", "/legal/terms"]) {
      const { policy, response } = await policyOf(path);
      expect(policy, path).toContain("script-src 'self' 'unsafe-inline';");
      expect(response.headers.get("x-middleware-request-x-nonce")).toBeNull();
    }
  });

  test("no page may be framed, post elsewhere, or run plugins", async () => {
    for (const path of ["/", "/billing"]) {
      const { policy, response } = await policyOf(path);
      for (const part of [
        "frame-ancestors 'none'",
        "form-action 'self' https://checkout.stripe.com;",
        "object-src 'none'",
        "base-uri 'none'",
      ]) {
        expect(policy).toContain(part);
      }
      expect(response.headers.get("x-content-type-options")).toBe("nosniff");
      expect(response.headers.get("referrer-policy")).toBe("strict-origin-when-cross-origin");
      expect(response.headers.get("permissions-policy")).toContain("camera=()");
    }
  });

  test("evaluated code and web sockets are allowed in development only", async () => {
    vi.stubEnv("NODE_ENV", "production");
    expect((await policyOf("/assistant")).policy).not.toMatch(/unsafe-eval|ws:/);
    vi.stubEnv("NODE_ENV", "development");
    expect((await policyOf("/assistant")).policy).toMatch(/'unsafe-eval'.*ws:/);
  });

  test("browsers are told to stay on https outside local mode only", async () => {
    expect((await policyOf("/")).response.headers.get("strict-transport-security")).toBeNull();
    live(hosted);
    const { policy, response } = await policyOf("/");
    expect(response.headers.get("strict-transport-security")).toContain("max-age=");
    expect(policy).toContain("upgrade-insecure-requests");
  });

  test("a visitor cannot choose the nonce or the path a page sees", async () => {
    const request = new NextRequest("http://localhost:3000/usage?range=7d&_rsc=1", {
      headers: { "x-nonce": "mine", "x-path": "/evil", "content-security-policy": "script-src 'nonce-mine'" },
    });
    const response = await proxy(request);
    expect(response.headers.get("x-middleware-request-x-path")).toBe("/usage?range=7d");
    expect(response.headers.get("x-middleware-request-x-nonce")).not.toBe("mine");
    expect(response.headers.get("x-middleware-request-content-security-policy")).not.toContain("mine'");
  });

  test("whoever goes on from a marketing page loads the next document anew, under its own policy", async () => {
    const goOn = (from: string, to: string, more: Record<string, string> = { "sec-fetch-dest": "empty" }) =>
      proxy(
        new NextRequest(`http://localhost:3000${to}`, {
          headers: { referer: `http://localhost:3000${from}`, ...more },
        }),
      );
    expect((await goOn("/", "/sign-up?_rsc=1")).headers.get("content-type")).toBe("text/plain");
    expect((await goOn("/pricing", "/billing")).headers.get("content-type")).toBe("text/plain");
    for (const [from, to] of [
      ["/", "/pricing"],
      ["/sign-in", "/assistant"],
      ["/assistant", "/"],
      ["/pricing", "/api/checkout"],
    ] as const) {
      expect((await goOn(from, to)).headers.get("content-type"), `${from} → ${to}`).toBeNull();
    }
    expect((await goOn("/", "/sign-up", { "sec-fetch-dest": "document" })).headers.get("content-type")).toBeNull();
  });

  test("Stripe's webhook and other machines pass by", () => {
    const matcher = new RegExp(`^${config.matcher[0]}$`);
    for (const path of ["/api/stripe/webhook", "/api/usage", "/api/jobs", "/_next/static/a.js", "/icon.svg"]) {
      expect(matcher.test(path), path).toBe(false);
    }
    for (const path of ["/", "/usage", "/api/assistant", "/api/checkout", "/settings/api-keys", "/assistant/a.js"]) {
      expect(matcher.test(path), path).toBe(true);
    }
  });
});
