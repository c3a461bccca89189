import { join } from "node:path";
import { type Secrets, writePrivately } from "./secrets.ts";
import { Explained, type Settings } from "./settings.ts";

export type Service = "supabase" | "stripe" | "resend";
export type Environment = Record<string, string>;

const GROUPS: Record<Service, { needed: string[]; optional: string[]; starts: string[] }> = {
  supabase: {
    needed: ["SUPABASE_URL", "SUPABASE_PUBLISHABLE_KEY", "SUPABASE_SECRET_KEY"],
    optional: ["DATABASE_URL"],
    starts: ["SUPABASE_URL", "SUPABASE_PUBLISHABLE_KEY", "SUPABASE_SECRET_KEY", "DATABASE_URL"],
  },
  stripe: {
    needed: ["STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET"],
    optional: ["STRIPE_THIN_WEBHOOK_SECRET"],
    starts: ["STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET"],
  },
  resend: { needed: ["RESEND_API_KEY", "MAIL_FROM"], optional: ["RESEND_WEBHOOK_SECRET"], starts: ["RESEND_API_KEY"] },
};

/** What the local services are set to, by the names the app reads. */
export function localEnvironment(
  { data, ports, appUrl }: Settings,
  secrets: Secrets,
): Record<Service, Environment> & { app: Environment } {
  const stripe = `http://127.0.0.1:${ports.stripe}`;
  const mailbox = `http://127.0.0.1:${ports.mailbox}`;
  return {
    app: {
      LEDGERLINE_LOCAL: "1",
      APP_URL: appUrl,
      PORT: String(ports.app),
      JOBS_SECRET: secrets.jobsSecret,
      NEXT_SERVER_ACTIONS_ENCRYPTION_KEY: secrets.actionsKey,
      SUPPORT_EMAIL: "support@ledgerline.test",
    },
    supabase: {
      DATABASE_URL: `postgresql://postgres:${secrets.postgresPassword}@127.0.0.1:${ports.postgres}/postgres`,
      SUPABASE_URL: `http://127.0.0.1:${ports.supabase}`,
      SUPABASE_PUBLISHABLE_KEY: secrets.publishableKey,
      SUPABASE_SECRET_KEY: secrets.secretKey,
    },
    stripe: {
      STRIPE_SECRET_KEY: secrets.stripeKey,
      STRIPE_WEBHOOK_SECRET: secrets.webhookSecret ?? "",
      STRIPE_THIN_WEBHOOK_SECRET: secrets.thinSecret ?? "",
      STRIPE_API_BASE: stripe,
      STRIPE_DASHBOARD_URL: stripe,
      LEDGERLINE_CLOCK_FILE: join(data, "clock.json"),
    },
    resend: {
      RESEND_API_KEY: secrets.resendKey,
      RESEND_BASE_URL: mailbox,
      RESEND_WEBHOOK_SECRET: secrets.resendWebhookSecret,
      MAILBOX_URL: mailbox,
      MAIL_FROM: "Ledgerline <hello@ledgerline.test>",
    },
  };
}

/**
 * Which services are real because their keys are set. A value equal to one of the local stack's own does not count,
 * so that a shell which has read `.local/env` changes nothing.
 *
 * @throws Explained when a service has some of its keys but not all
 */
export function realServices(given: Environment, local: Record<Service, Environment>): Set<Service> {
  const real = new Set<Service>();
  for (const service of Object.keys(GROUPS) as Service[]) {
    const { needed, starts } = GROUPS[service];
    const isSet = (name: string) => given[name] !== undefined && given[name] !== local[service][name];
    if (!starts.some(isSet)) continue;
    const missing = needed.filter((name) => !isSet(name));
    if (missing.length > 0) {
      const set = starts.filter(isSet).join(" and ");
      throw new Explained(
        `${set} ${starts.filter(isSet).length > 1 ? "are" : "is"} set, but ${missing.join(" and ")} ` +
          `${missing.length > 1 ? "are" : "is"} missing. Set all of them to use the real service, or none to use the local one.`,
      );
    }
    real.add(service);
  }
  return real;
}

/** What the app and every tool run with: the local services' settings, but for those that are real. */
export function composeEnvironment(settings: Settings, secrets: Secrets, real: Set<Service>): Environment {
  const local = localEnvironment(settings, secrets);
  const environment = { ...local.app };
  for (const service of Object.keys(GROUPS) as Service[]) {
    if (!real.has(service)) {
      Object.assign(environment, local[service]);
      continue;
    }
    for (const name of [...GROUPS[service].needed, ...GROUPS[service].optional]) {
      const value = settings.given[name];
      if (value !== undefined) environment[name] = value;
    }
  }
  for (const name of [
    "MAIL_FROM",
    "SUPPORT_EMAIL",
    "ALERT_EMAIL",
    "JOBS_SECRET",
    "METER_SINK",
    "AI_API_KEY",
    "AI_BASE_URL",
    "AI_MODELS",
  ]) {
    const value = settings.given[name];
    if (value !== undefined) environment[name] = value;
  }
  return environment;
}

/** Writes `.local/env`, so that any tool can use the stack. */
export function writeEnvironment(data: string, environment: Environment): void {
  const lines = Object.entries(environment).map(
    ([name, value]) => `${name}=${/[\s<>"#]/.test(value) ? JSON.stringify(value) : value}\n`,
  );
  writePrivately(join(data, "env"), lines.join(""));
}
