import { beforeEach, describe, expect, test, vi } from "vitest";
import { takeAttempt } from "@/lib/accounts/attempts";
import { openPortal } from "@/lib/portal/open";
import { getSession, type Role } from "@/lib/session";
import { POST } from "./route";

vi.mock("@/lib/portal/open", () => ({ openPortal: vi.fn() }));
vi.mock("@/lib/accounts/attempts", async (original) => ({
  ...(await original<typeof import("@/lib/accounts/attempts")>()),
  takeAttempt: vi.fn(),
}));
vi.mock("@/lib/session", () => ({
  getSession: vi.fn(),
  canManageBilling: ({ account }: { account: { role: string } }) => account.role !== "member",
}));

const APP_URL = "http://localhost:3000";
const MINE = "0b5f6a0e-3f1c-4d7e-8c36-2f2f3f9a1b01";
const OTHER = "0b5f6a0e-3f1c-4d7e-8c36-2f2f3f9a1b02";
const opened = { ok: true as const, url: "https://billing.example/p/session/bps_1" };

function signIn(role: Role | null): void {
  const account = { id: MINE as never, name: "Northwind", kind: "team" as const, role: role ?? "member" };
  const user = { id: "u" as never, email: "anna@example.test" };
  vi.mocked(getSession).mockResolvedValue(role ? { user, account, accounts: [account] } : null);
}

const ask = (body: unknown, headers: Record<string, string> = {}) =>
  POST(
    new Request(`${APP_URL}/api/portal`, {
      method: "POST",
      headers: { "content-type": "application/json", origin: APP_URL, ...headers },
      body: typeof body === "string" ? body : JSON.stringify(body),
    }),
  );

beforeEach(() => {
  process.env.APP_URL = APP_URL;
  vi.mocked(openPortal).mockReset().mockResolvedValue(opened);
  vi.mocked(takeAttempt).mockReset().mockResolvedValue({ ok: true });
  signIn("owner");
});

test("an owner and an admin are let in, at the door they asked for, and come back to billing", async () => {
  for (const role of ["owner", "admin"] as const) {
    signIn(role);
    const answer = await ask({ account: MINE, flow: "card" });
    expect([answer.status, await answer.json()]).toEqual([200, { url: opened.url }]);
  }
  expect(openPortal).toHaveBeenCalledWith({ account: MINE, flow: "card", returnPath: "/billing" });
  await ask({ account: MINE });
  expect(openPortal).toHaveBeenLastCalledWith({ account: MINE, flow: "home", returnPath: "/billing" });
});

test("too many tries open nothing", async () => {
  vi.mocked(takeAttempt).mockResolvedValue({ ok: false, retryAfterSeconds: 60, message: "Too many tries." });
  expect((await ask({ account: MINE })).status).toBe(429);
  expect(openPortal).not.toHaveBeenCalled();
});

describe("the portal stays shut", () => {
  test.each([
    ["for somebody who is signed out", null, { account: MINE }, {}, 401],
    ["for a mere member", "member", { account: MINE }, {}, 403],
    ["from another site's page", "owner", { account: MINE }, { origin: "https://evil.example" }, 403],
    ["for a page drawn for another account", "owner", { account: OTHER }, {}, 409],
    ["for no account", "owner", {}, {}, 422],
    ["at a door that does not exist", "owner", { account: MINE, flow: "cancel" }, {}, 422],
    [
      "with a return address of the caller's own",
      "owner",
      { account: MINE, return_url: "https://evil.example" },
      {},
      422,
    ],
    ["for what nobody can read", "owner", "{", {}, 422],
  ] as const)("%s", async (_name, role, body, headers, status) => {
    signIn(role);
    const answer = await ask(body, headers);
    expect(answer.status).toBe(status);
    expect((await answer.json()).message).toMatch(/\w+ .*\.$/);
    expect(openPortal).not.toHaveBeenCalled();
  });
});

test.each([
  ["no_customer", 409],
  ["not_set_up", 503],
  ["stripe_unavailable", 503],
] as const)("%s is answered with its words", async (code, status) => {
  vi.mocked(openPortal).mockResolvedValue({ ok: false, code, message: "Why, and what next." });
  const answer = await ask({ account: MINE });
  expect([answer.status, await answer.json()]).toEqual([status, { code, message: "Why, and what next." }]);
});
