import { expect, test } from "vitest";
import { checkEnv } from "./env";
import { findValueProblems } from "./env-values";

const right = {
  APP_URL: "https://app.example.com",
  SUPABASE_URL: "https://abc.supabase.co",
  SUPABASE_PUBLISHABLE_KEY: "sb_publishable_x",
  SUPABASE_SECRET_KEY: "sb_secret_x",
  DATABASE_URL: "postgresql://postgres.abc:p%40ss@aws-0-eu-central-1.pooler.supabase.com:5432/postgres",
  STRIPE_SECRET_KEY: "rk_live_x",
  STRIPE_WEBHOOK_SECRET: "whsec_new, whsec_old",
  STRIPE_THIN_WEBHOOK_SECRET: "whsec_thin",
  RESEND_API_KEY: "re_x",
  MAIL_FROM: "Ledgerline <hello@example.com>",
  JOBS_SECRET: "0123456789abcdef",
  SUPPORT_EMAIL: "help@example.com",
};
const legacyKey = (role: string) => `eyJhbGciOi.${Buffer.from(JSON.stringify({ role })).toString("base64url")}.sig`;

test("keys of the right kind are accepted, the older ones of Supabase too", () => {
  expect(findValueProblems(right)).toEqual([]);
  const [SUPABASE_PUBLISHABLE_KEY, SUPABASE_SECRET_KEY] = [legacyKey("anon"), legacyKey("service_role")];
  expect(findValueProblems({ ...right, SUPABASE_PUBLISHABLE_KEY, SUPABASE_SECRET_KEY })).toEqual([]);
  expect(() => checkEnv(right)).not.toThrow();
});

test.each([
  ["a publishable key of Stripe's", { STRIPE_SECRET_KEY: "pk_live_topsecret" }, /publishable key \(pk_\).*secret key/],
  ["a webhook's secret as the key", { STRIPE_SECRET_KEY: "whsec_topsecret" }, /no secret key of Stripe's/],
  ["an endpoint's id as its secret", { STRIPE_WEBHOOK_SECRET: "we_topsecret" }, /no webhook secret.*whsec_/],
  [
    "one secret for both addresses",
    { STRIPE_THIN_WEBHOOK_SECRET: "whsec_old" },
    /STRIPE_WEBHOOK_SECRET and STRIPE_THIN_WEBHOOK_SECRET are the same/,
  ],
  [
    "Supabase's secret key where all may read it",
    { SUPABASE_PUBLISHABLE_KEY: "sb_secret_topsecret" },
    /publishable one/,
  ],
  ["Supabase's public key where the secret belongs", { SUPABASE_SECRET_KEY: "sb_publishable_x" }, /secret one/],
  ["an older public key there", { SUPABASE_SECRET_KEY: legacyKey("anon") }, /SUPABASE_SECRET_KEY is a publishable key/],
  ["a password written as it is", { DATABASE_URL: "postgres://u:to#psecret@db.x:5432/postgres" }, /%23.*password/],
  ["the pooler that forgets", { DATABASE_URL: "postgres://u:p@db.x:6543/postgres" }, /session pooler \(port 5432\)/],
  ["an address with a path", { APP_URL: "https://app.example.com/shop" }, /origin alone: https:\/\/app.example.com\.$/],
  ["an address without https", { APP_URL: "localhost:3000" }, /APP_URL: must be an address such as https/],
  ["a placeholder that was left", { RESEND_API_KEY: "re_…" }, /RESEND_API_KEY still has the placeholder/],
])("%s is refused before anything starts, in words that repeat no secret", (_, wrong, words) => {
  const check = () => checkEnv({ ...right, ...wrong });
  expect(check).toThrow(words);
  expect(check).not.toThrow(/topsecret|to#psecret/);
});
