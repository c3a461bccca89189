import { join } from "node:path";
import type { Environment } from "./environment.ts";
import { requirePorts } from "./ports.ts";
import { startCluster } from "./postgres/cluster.ts";
import { stopLeftOver } from "./postgres/left-over.ts";
import type { Secrets } from "./secrets.ts";
import type { Settings } from "./settings.ts";
import { listenForSupabase } from "./supabase/listen.ts";
import { migrate, seed } from "./supabase/migrations.ts";
import { openSupabase } from "./supabase/server.ts";

/**
 * Starts PostgreSQL with Supabase's auth and REST over it, migrated, and on its first start with its personas.
 *
 * @param onBroken told when PostgreSQL ends by itself
 */
export async function startDatabase(
  { data, ports, appUrl }: Settings,
  secrets: Secrets,
  environment: Environment,
  onBroken: (reason: string) => void,
): Promise<{ stop(): Promise<void> }> {
  const dataDirectory = join(data, "postgres");
  await stopLeftOver(dataDirectory);
  await requirePorts({ postgres: ports.postgres });
  const logFile = join(data, "logs", "postgres.log");
  const cluster = await startCluster({
    dataDirectory,
    port: ports.postgres,
    logFile,
    passwords: { admin: secrets.postgresAdminPassword, postgres: secrets.postgresPassword },
  });
  try {
    const supabase = await openSupabase({
      databaseUrl: cluster.url(),
      keys: { publishable: secrets.publishableKey, secret: secrets.secretKey, jwtSecret: secrets.jwtSecret },
      siteUrl: appUrl,
      sendMail: (mail) => sendThroughResend(environment, mail),
    });
    await migrate(cluster.url());
    await seed(cluster.url());
    await supabase.forgetSchema();
    const listener = await listenForSupabase(supabase, ports.supabase);
    let isStopping = false;
    void cluster.exited.then(() => {
      if (!isStopping) onBroken(`PostgreSQL ended. Its log: ${logFile}`);
    });
    return {
      stop: async () => {
        isStopping = true;
        await listener.close();
        await supabase.close();
        await cluster.stop();
      },
    };
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}

// The mailbox speaks Resend, so that auth mail leaves by the same door whether Resend is real or not.
async function sendThroughResend(
  environment: Environment,
  mail: { to: string; subject: string; text?: string; html?: string },
): Promise<void> {
  const answer = await fetch(new URL("/emails", environment.RESEND_BASE_URL ?? "https://api.resend.com"), {
    method: "POST",
    headers: { authorization: `Bearer ${environment.RESEND_API_KEY}`, "content-type": "application/json" },
    body: JSON.stringify({ from: environment.MAIL_FROM, ...mail }),
  });
  if (!answer.ok) throw new Error(`Resend did not take an auth mail: ${answer.status} ${await answer.text()}`);
}
