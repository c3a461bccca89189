import { describe, expect, test } from "vitest";
import { checkEnv, parseEnv } from "./env";

const hosted = {
  APP_URL: "https://app.example.com",
  SUPABASE_URL: "https://abc.supabase.co",
  SUPABASE_PUBLISHABLE_KEY: "sb_publishable_x",
  SUPABASE_SECRET_KEY: "sb_secret_x",
  STRIPE_SECRET_KEY: "sk_live_x",
  STRIPE_WEBHOOK_SECRET: "whsec_x",
  RESEND_API_KEY: "re_x",
  MAIL_FROM: "Ledgerline <hello@example.com>",
  JOBS_SECRET: "0123456789abcdef",
  SUPPORT_EMAIL: "help@example.com",
};
const local = {
  ...hosted,
  LEDGERLINE_LOCAL: "1",
  APP_URL: "http://localhost:3000",
  STRIPE_SECRET_KEY: "sk_test_double_x",
  STRIPE_API_BASE: "http://127.0.0.1:12111",
  RESEND_BASE_URL: "http://127.0.0.1:12112",
};
const without = (settings: Record<string, string>, ...names: string[]) =>
  Object.fromEntries(Object.entries(settings).filter(([name]) => !names.includes(name)));

describe("settings", () => {
  test("a whole hosted configuration and a whole local one are accepted", () => {
    expect(() => checkEnv(hosted)).not.toThrow();
    expect(() => checkEnv(local)).not.toThrow();
    expect(parseEnv({ ...hosted, PORT: "4000" }).PORT).toBe(4000);
  });

  test("the app's address may end with a slash, and links are the same", () => {
    expect(parseEnv({ ...hosted, APP_URL: "https://app.example.com/" }).APP_URL).toBe("https://app.example.com");
  });

  test("a service configured by half is an error that names what is missing and the way out", () => {
    expect(() => checkEnv(without(hosted, "STRIPE_WEBHOOK_SECRET"))).toThrow(
      /STRIPE_WEBHOOK_SECRET is missing.*stripe:setup/,
    );
    expect(() => checkEnv(without(hosted, "SUPABASE_URL", "SUPABASE_SECRET_KEY"))).toThrow(
      /SUPABASE_URL and SUPABASE_SECRET_KEY are missing/,
    );
    expect(() => checkEnv({ ...hosted, MAIL_FROM: " " })).toThrow(/MAIL_FROM is missing/);
  });

  test("everything missing is named at once", () => {
    const names = ["STRIPE_SECRET_KEY", "RESEND_API_KEY", "JOBS_SECRET"];
    for (const name of names) expect(() => checkEnv(without(hosted, ...names))).toThrow(name);
  });

  test("a command that needs one service runs without the others", () => {
    const settings = parseEnv({ STRIPE_SECRET_KEY: "sk_test_x" });
    expect(settings.STRIPE_SECRET_KEY).toBe("sk_test_x");
    expect(settings.DATABASE_URL).toBeUndefined();
    expect(() => settings.STRIPE_WEBHOOK_SECRET).toThrow(/STRIPE_WEBHOOK_SECRET is missing/);
  });

  test("local mode and a live key do not go together", () => {
    const { STRIPE_API_BASE: _, ...elsewhere } = local;
    for (const key of ["sk_live_x", "rk_live_x"])
      expect(() => checkEnv({ ...elsewhere, STRIPE_SECRET_KEY: key })).toThrow(/live Stripe key.*Remove one/);
  });

  test("a malformed value is named", () => {
    expect(() => parseEnv({ ...hosted, APP_URL: "app.example" })).toThrow(/APP_URL/);
    expect(() => parseEnv({ ...hosted, JOBS_SECRET: "short" })).toThrow(/JOBS_SECRET: must have at least 16/);
    expect(() => parseEnv({ ...hosted, LEDGERLINE_LOCAL: "true" })).toThrow(/LEDGERLINE_LOCAL/);
  });

  test.each([
    ["local mode at a public address", { ...local, APP_URL: "https://app.example.com" }, /APP_URL is https/],
    ["local mode on Vercel", { ...local, VERCEL: "1" }, /on Vercel/],
    [
      "the double's key outside local mode",
      { ...hosted, STRIPE_SECRET_KEY: "sk_test_double_x" },
      /local Stripe double/,
    ],
    [
      "the double's address outside local mode",
      { ...hosted, STRIPE_API_BASE: "http://127.0.0.1:12111" },
      /STRIPE_API_BASE/,
    ],
    ["a real key sent to the double", { ...local, STRIPE_SECRET_KEY: "sk_test_51x" }, /real key/],
    ["the double's key sent to Stripe", without(local, "STRIPE_API_BASE"), /does not say where/],
    ["the mailbox outside local mode", { ...hosted, RESEND_BASE_URL: "http://localhost:12112" }, /mailbox/],
    ["models without a provider", { ...hosted, AI_MODELS: "gpt-x" }, /without a provider/],
  ])("%s is refused", (_, settings, message) => {
    expect(() => parseEnv(settings)).toThrow(message);
  });

  test("real Stripe works with the rest local", () => {
    expect(() => checkEnv({ ...without(local, "STRIPE_API_BASE"), STRIPE_SECRET_KEY: "sk_test_51x" })).not.toThrow();
  });

  test("a message never repeats a secret", () => {
    const refused = () => parseEnv({ ...local, VERCEL: "1", STRIPE_SECRET_KEY: "sk_live_topsecret" });
    expect(refused).toThrow();
    expect(refused).not.toThrow(/topsecret/);
  });
});
