import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const MAKE = {
  postgresAdminPassword: () => hex(16),
  postgresPassword: () => hex(16),
  jwtSecret: () => hex(32),
  publishableKey: () => `sb_publishable_${hex(16)}`,
  secretKey: () => `sb_secret_${hex(16)}`,
  stripeKey: () => `sk_test_double_${hex(12)}`,
  resendKey: () => `re_local_${hex(12)}`,
  resendWebhookSecret: () => `whsec_${randomBytes(24).toString("base64")}`,
  jobsSecret: () => hex(24),
  actionsKey: () => randomBytes(32).toString("base64"),
};

/** The keys of the local stack, made on its first start. */
export type Secrets = Record<keyof typeof MAKE, string> & {
  /** Known once the local Stripe has made the webhook endpoint. */
  webhookSecret?: string;
  thinSecret?: string;
  webhookUrl?: string;
};

export function readSecrets(data: string): Secrets {
  const file = join(data, "secrets.json");
  const kept: Partial<Secrets> = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
  const secrets = { ...kept } as Secrets;
  for (const name of Object.keys(MAKE) as Array<keyof typeof MAKE>) secrets[name] ??= MAKE[name]();
  keepSecrets(data, secrets);
  return secrets;
}

export function keepSecrets(data: string, secrets: Secrets): void {
  mkdirSync(data, { recursive: true });
  writePrivately(join(data, "secrets.json"), `${JSON.stringify(secrets, null, 2)}\n`);
}

/** Writes a file whole or not at all, readable by nobody else. */
export function writePrivately(file: string, text: string): void {
  writeFileSync(`${file}.new`, text, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

function hex(bytes: number): string {
  return randomBytes(bytes).toString("hex");
}
