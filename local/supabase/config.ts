import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parse } from "smol-toml";

type Table = Record<string, unknown>;

/** The parts of supabase/config.toml that the local auth and REST server understands. */
export interface LocalConfig {
  api: Table;
  auth: Table & { email: Table; site_url?: string };
}

const API = ["enabled", "schemas", "extra_search_path", "max_rows"];
const AUTH = [
  ...["enabled", "site_url", "additional_redirect_urls", "jwt_expiry", "enable_signup", "minimum_password_length"],
  ...["password_requirements", "enable_refresh_token_rotation", "refresh_token_reuse_interval"],
];
const EMAIL = [
  ...["double_confirm_changes", "enable_confirmations", "secure_password_change", "max_frequency"],
  ...["otp_length", "otp_expiry", "template"],
];

/**
 * Reads supabase/config.toml. The local server refuses keys it does not know, which the official CLI needs, so only
 * the known ones are passed on; paths become absolute, since they are relative to the project.
 */
export function readConfig(projectDirectory: string): LocalConfig {
  const config: Table = parse(readFileSync(resolve(projectDirectory, "supabase/config.toml"), "utf8"));
  const auth = table(config.auth);
  const email = pick(table(auth.email), EMAIL);
  email.template = Object.fromEntries(
    Object.entries(table(email.template)).map(([kind, template]) => {
      const { subject, content_path } = table(template);
      return [kind, { subject, content_path: resolve(projectDirectory, String(content_path)) }];
    }),
  );
  return { api: pick(table(config.api), API), auth: { ...pick(auth, AUTH), email } };
}

function pick(from: Table, keys: string[]): Table {
  return Object.fromEntries(keys.filter((key) => from[key] !== undefined).map((key) => [key, from[key]]));
}

function table(value: unknown): Table {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Table) : {};
}
