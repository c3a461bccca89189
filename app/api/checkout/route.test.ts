import { beforeEach, describe, expect, test, vi } from "vitest";
import { takeAttempt } from "@/lib/accounts/attempts";
import { startCheckout } from "@/lib/checkout/start";
import { getSession, type Role } from "@/lib/session";
import { POST } from "./route";

vi.mock("@/lib/checkout/start", () => ({ startCheckout: vi.fn() }));
vi.mock("@/lib/accounts/attempts", async (original) => ({
  ...(await original<typeof import("@/lib/accounts/attempts")>()),
  takeAttempt: vi.fn(),
}));
vi.mock("@/lib/session", () => ({
  getSession: vi.fn(),
  canManageBilling: ({ account }: { account: { role: string } }) => account.role !== "member",
}));

const APP_URL = "http://localhost:3000";
const ACCOUNT = "0e9d7b0c-6d1a-4c50-8f26-0c4b9a7b1c11";
const OTHER = "7a2f4c1e-93b5-4d11-b0d3-52f1f8f0aa22";
const LONG = `${JSON.stringify({ pack: "small", account: ACCOUNT })}${" ".repeat(10_000)}`;
const opened = { ok: true as const, url: "https://checkout.example/cs_1" };

function signIn(role: Role | null): void {
  const account = { id: ACCOUNT as never, name: "Anna", kind: "personal" as const, role: role ?? "member" };
  const user = { id: "u" as never, email: "anna@example.test" };
  vi.mocked(getSession).mockResolvedValue(role ? { user, account, accounts: [account] } : null);
}

function ask(body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return POST(
    new Request(`${APP_URL}/api/checkout`, {
      method: "POST",
      headers: { "content-type": "application/json", origin: APP_URL, ...headers },
      body: typeof body === "string" ? body : JSON.stringify(body),
    }),
  );
}

beforeEach(() => {
  process.env.APP_URL = APP_URL;
  vi.mocked(startCheckout).mockReset().mockResolvedValue(opened);
  vi.mocked(takeAttempt).mockReset().mockResolvedValue({ ok: true });
  signIn("owner");
});

test("an owner and an admin get the way to Stripe, for a key and nothing else", async () => {
  for (const role of ["owner", "admin"] as const) {
    signIn(role);
    const answer = await ask({ plan: "starter", interval: "yearly" });
    expect([answer.status, await answer.json()]).toEqual([200, { url: opened.url }]);
  }
  expect(vi.mocked(startCheckout).mock.calls[0]?.[1]).toEqual({ plan: "starter", interval: "yearly" });
});

test("a page that was drawn for the account at hand buys for it", async () => {
  expect((await ask({ pack: "small", account: ACCOUNT.toUpperCase() })).status).toBe(200);
  expect(vi.mocked(startCheckout).mock.calls[0]?.[1]).toEqual({ pack: "small" });
});

test("too many tries open nothing and say when to try again", async () => {
  const message = "Too many tries. You can try again in 4 minutes.";
  vi.mocked(takeAttempt).mockResolvedValue({ ok: false, retryAfterSeconds: 240, message });
  const answer = await ask({ pack: "small" });
  expect([answer.status, await answer.json()]).toEqual([429, { code: "too_many_tries", message }]);
  expect(startCheckout).not.toHaveBeenCalled();
});

test("a form without scripts is sent on to Stripe", async () => {
  const answer = await ask("pack=small", { "content-type": "application/x-www-form-urlencoded" });
  expect([answer.status, answer.headers.get("location")]).toEqual([303, opened.url]);
});

describe("nothing is opened", () => {
  test.each([
    ["for somebody who is signed out", null, { pack: "small" }, {}, 401],
    ["for a mere member", "member", { pack: "small" }, {}, 403],
    ["from another site's page", "owner", { pack: "small" }, { origin: "https://evil.example" }, 403],
    ["with a price of the buyer's own", "owner", { pack: "small", price: "price_1" }, {}, 422],
    ["with a quantity", "owner", { plan: "starter", interval: "monthly", quantity: 9 }, {}, 422],
    ["with a trial of the buyer's own", "owner", { plan: "pro", trial_period_days: 730 }, {}, 422],
    ["for a plan and a pack at once", "owner", { plan: "pro", pack: "small" }, {}, 422],
    ["for a plan that does not exist", "owner", { plan: "gold" }, {}, 422],
    ["for nothing", "owner", {}, {}, 422],
    ["for what nobody can read", "owner", "{", {}, 422],
    ["for a page that was drawn for another account", "owner", { pack: "small", account: OTHER }, {}, 409],
    ["for an account that is none", "owner", { pack: "small", account: "mine" }, {}, 422],
    ["for a body that is too long, whatever it says about its length", "owner", LONG, { "content-length": "2" }, 422],
  ] as const)("%s", async (_name, role, body, headers, status) => {
    signIn(role);
    const answer = await ask(body, headers);
    expect(answer.status).toBe(status);
    expect((await answer.json()).message).toMatch(/\w+ .*\.$/);
    expect(startCheckout).not.toHaveBeenCalled();
  });
});

test.each([
  ["already_subscribed", 409],
  ["just_bought", 409],
  ["payment_unfinished", 409],
  ["not_for_sale", 422],
  ["stripe_unavailable", 503],
] as const)("%s is answered with its words", async (code, status) => {
  vi.mocked(startCheckout).mockResolvedValue({ ok: false, code, message: "Why, and what next." });
  const answer = await ask({ plan: "pro" });
  expect([answer.status, await answer.json()]).toEqual([status, { code, message: "Why, and what next." }]);
});
