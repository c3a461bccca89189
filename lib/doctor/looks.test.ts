import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { rpc } from "@/lib/supabase/rpc";
import { CHECKLIST } from "./checklist";
import { lookAtClock, lookAtLeftOvers, lookAtUsage } from "./database";
import type { Finding } from "./finding";
import { lookAtFounders } from "./founders";
import { domainOf, lookAtMail } from "./mail";
import { lookAtSettings } from "./settings";

vi.mock("@/lib/supabase/rpc", async (original) => ({
  ...(await original<typeof import("@/lib/supabase/rpc")>()),
  rpc: vi.fn(),
}));

const hosted = {
  APP_URL: "https://app.example.com",
  SUPABASE_URL: "https://abc.supabase.co",
  SUPABASE_PUBLISHABLE_KEY: "sb_publishable_x",
  SUPABASE_SECRET_KEY: "sb_secret_x",
  STRIPE_SECRET_KEY: "sk_live_x",
  STRIPE_WEBHOOK_SECRET: "whsec_x",
  RESEND_API_KEY: "re_x",
  MAIL_FROM: "Ledgerline <hello@mail.example.com>",
  JOBS_SECRET: "0123456789abcdef",
  SUPPORT_EMAIL: "help@example.com",
  AI_API_KEY: "sk-x",
  NEXT_SERVER_ACTIONS_ENCRYPTION_KEY: "x",
};
const problems = (findings: Finding[]) => findings.filter(({ kind }) => kind === "problem").map(({ text }) => text);

beforeEach(() => {
  for (const name of ["LEDGERLINE_LOCAL", "STRIPE_API_BASE", "RESEND_BASE_URL"]) vi.stubEnv(name, undefined);
  for (const [name, value] of Object.entries(hosted)) vi.stubEnv(name, value);
});
afterEach(() => vi.unstubAllEnvs());

describe("settings", () => {
  test("that are whole are fine", () => {
    expect(problems(lookAtSettings(hosted))).toEqual([]);
  });

  test("with everything wrong are named one by one", () => {
    const found = problems(lookAtSettings({ ...hosted, JOBS_SECRET: "short", RESEND_API_KEY: "", SUPABASE_URL: "" }));
    expect(found).toHaveLength(3);
    expect(found.join("\n")).toMatch(
      /JOBS_SECRET: must have at least 16[\s\S]*SUPABASE_URL is missing[\s\S]*RESEND_API_KEY/,
    );
  });

  test("with a live key and an address that is not https are a problem", () => {
    expect(problems(lookAtSettings({ ...hosted, APP_URL: "http://app.example.com" }))).toEqual([
      "The Stripe key is live, but APP_URL is http://app.example.com.",
    ]);
  });
});

describe("who is told of trouble", () => {
  const look = async (admins: string[], settings: Record<string, string> = {}) => {
    for (const [name, value] of Object.entries(settings)) vi.stubEnv(name, value);
    vi.mocked(rpc).mockResolvedValue(admins);
    return lookAtFounders();
  };

  test("is ALERT_EMAIL, else the admins", async () => {
    expect(await look([], { ALERT_EMAIL: "anna@example.com" })).toEqual([
      { kind: "ok", text: "Trouble is mailed to anna@example.com." },
    ]);
    vi.stubEnv("ALERT_EMAIL", undefined);
    expect((await look(["ada@example.com"]))[0]).toMatchObject({ kind: "ok", text: expect.stringContaining("ada@") });
  });

  test("is nobody without either, which is a problem once the key is live", async () => {
    expect(problems(await look([]))).toHaveLength(1);
    expect((await look([], { STRIPE_SECRET_KEY: "sk_test_x" }))[0]).toMatchObject({ kind: "note" });
  });
});

test("without the secret of Resend's webhook the settings say that bounces are not noticed", () => {
  const noted = (source: Record<string, string>) =>
    lookAtSettings(source).some(({ text }) => text.startsWith("No RESEND_WEBHOOK_SECRET"));
  expect([noted(hosted), noted({ ...hosted, RESEND_WEBHOOK_SECRET: "whsec_x" })]).toEqual([true, false]);
});

describe("clocks", () => {
  const ours = new Date("2026-11-22T12:00:00Z");
  const behind = (seconds: number) => new Date(ours.getTime() - seconds * 1000);

  test("that differ by what the database refuses are a problem, by less a note", () => {
    expect(lookAtClock("the database's", behind(3), ours)[0]?.kind).toBe("ok");
    expect(lookAtClock("the database's", behind(20), ours)[0]).toMatchObject({ kind: "note" });
    expect(problems(lookAtClock("the database's", behind(61), ours))[0]).toContain("61 s ahead of the database's");
    expect(problems(lookAtClock("Stripe's", behind(-90), ours))[0]).toContain("90 s behind Stripe's");
  });
});

test("plans bought with play money are a problem once the key is live, and none before", () => {
  expect(problems(lookAtLeftOvers(3, true))[0]).toContain("3 accounts have credits that were bought in test mode");
  expect(lookAtLeftOvers(3, false)).toEqual([]);
  expect(lookAtLeftOvers(0, true)).toEqual([]);
});

test("usage that only a person moves on is counted, each kind with its own way out", () => {
  const none = { refused: 0, blocked: 0, unbillable: 0, reports_dead: 0, endings_late: 0 };
  expect(problems(lookAtUsage(none))).toEqual([]);
  const found = lookAtUsage({ refused: 3, blocked: 1, unbillable: 2, reports_dead: 1, endings_late: 1 });
  expect(problems(found)).toHaveLength(5);
  expect(found[0]).toMatchObject({
    text: expect.stringMatching(/^3 windows of overage were refused/),
    wayOut: expect.stringContaining("decide_meter_row"),
  });
});

describe("the sender of mail", () => {
  const resend = (status: number, body: object) => async () => new Response(JSON.stringify(body), { status });

  test("is known by its domain, however it is written", () => {
    expect(domainOf("Ledgerline <hello@Mail.example.com>")).toBe("mail.example.com");
    expect(domainOf("hello@example.com")).toBe("example.com");
    expect(domainOf("Ledgerline")).toBeNull();
  });

  test("may send when Resend has verified its domain or one above it", async () => {
    for (const name of ["mail.example.com", "example.com"]) {
      const found = await lookAtMail(resend(200, { data: [{ name, status: "verified" }] }));
      expect(problems(found)).toEqual([]);
    }
  });

  test("is a problem when the domain is unknown or not verified yet", async () => {
    expect(problems(await lookAtMail(resend(200, { data: [] })))).toEqual([
      "Resend does not know the domain mail.example.com.",
    ]);
    const pending = await lookAtMail(resend(200, { data: [{ name: "example.com", status: "pending" }] }));
    expect(problems(pending)).toEqual(["The domain example.com is pending at Resend."]);
  });

  test("cannot be checked with a key that may only send, which is no problem", async () => {
    const found = await lookAtMail(resend(401, { name: "restricted_api_key", message: "only send" }));
    expect(found.map(({ kind }) => kind)).toEqual(["note"]);
  });
});

test("every setting that only the Dashboard has says where it is, what is assumed, and why", () => {
  for (const { what, where, value, why } of CHECKLIST) {
    expect([what, where, value, why].every((text) => text !== "")).toBe(true);
    expect(where).toMatch(/→/);
  }
  const all = CHECKLIST.map(({ what, why }) => `${what} ${why}`).join("\n");
  for (const subject of [
    "Retries",
    "receipts",
    "renewal",
    "trial",
    "Grace period",
    "Numbers of invoices",
    "invoice.upcoming",
  ])
    expect(all).toContain(subject);
  for (const subject of ["automations", "statement descriptor", "Branding", "Tax", "fraud", "One subscription"])
    expect(all).toContain(subject);
});
