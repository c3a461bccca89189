import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Child } from "./child.ts";
import { startDatabase } from "./database.ts";
import {
  composeEnvironment,
  type Environment,
  localEnvironment,
  realServices,
  type Service,
  writeEnvironment,
} from "./environment.ts";
import { startMailbox } from "./mailbox/server.ts";
import { makePersonas } from "./personas/personas.ts";
import { requirePorts } from "./ports.ts";
import { claim, letGo } from "./running.ts";
import { keepSecrets, readSecrets, type Secrets } from "./secrets.ts";
import { Explained, readSettings, type Settings } from "./settings.ts";
import { knowsWebhook, makeWebhook, setUpStripe, startStripe, webhookUrl } from "./stripe-double.ts";
import { startTick } from "./tick.ts";

export interface Stack {
  settings: Settings;
  environment: Environment;
  real: Set<Service>;
  /** Resolves when a part ends by itself, with what to say about it. */
  broken: Promise<string>;
  stop(): Promise<void>;
}

/** A part that starts as soon as the settings of all others are known, such as Next. */
export type StartApp = (settings: Settings, environment: Environment) => { child: Child; ready: Promise<void> };

/**
 * Starts everything that is not real, side by side, and resolves when all of it answers.
 *
 * @throws Explained when one runs already, a port is taken, or a service has half of its keys
 */
export async function startStack(command: string, startApp?: StartApp): Promise<Stack> {
  const settings = readSettings();
  const { data, ports, appUrl } = settings;
  const mailboxUrl = `http://127.0.0.1:${ports.mailbox}`;
  const stripeUrl = `http://127.0.0.1:${ports.stripe}`;
  const other = claim(data, { command, appUrl, mailboxUrl, stripeUrl });
  if (other) {
    throw new Explained(
      `It runs already: ${other.appUrl} (${other.command}, process ${other.pid}; mailbox ${other.mailboxUrl}).\n` +
        "Stop that one with Ctrl-C, or start another beside it with LEDGERLINE_DATA and LEDGERLINE_PORT_… of its own.",
    );
  }

  // In the reverse order of their start, which is the order in which they can do without each other.
  const stops: Array<() => Promise<void>> = [];
  let stopping: Promise<void> | undefined;
  const stop = () => {
    stopping ??= (async () => {
      for (const end of stops.toReversed()) await end();
      letGo(data);
    })();
    return stopping;
  };
  let onBroken: (reason: string) => void = () => undefined;
  const broken = new Promise<string>((resolve) => {
    onBroken = resolve;
  });
  const keep = (child: Child) => {
    stops.push(child.stop);
    void child.exited.then((code) => {
      if (!stopping) onBroken(`${child.name} ended (${code ?? "killed"}).\n${child.lastLines()}`);
    });
    return child;
  };

  try {
    mkdirSync(join(data, "logs"), { recursive: true });
    const secrets = readSecrets(data);
    const real = realServices(settings.given, localEnvironment(settings, secrets));
    await requirePorts({
      ...(startApp ? { app: ports.app } : {}),
      ...(real.has("supabase") ? {} : { supabase: ports.supabase }),
      ...(real.has("stripe") ? {} : { stripe: ports.stripe }),
      ...(real.has("resend") ? {} : { mailbox: ports.mailbox }),
    });
    const isKnown = real.has("stripe") || knowsWebhook(settings, secrets);
    const environment = composeEnvironment(settings, secrets, real);

    const database = real.has("supabase")
      ? Promise.resolve()
      : startDatabase(settings, secrets, environment, onBroken).then((started) => {
          stops.unshift(started.stop);
        });
    const mailbox = real.has("resend")
      ? Promise.resolve()
      : startMailbox({
          port: ports.mailbox,
          file: join(data, "mailbox.jsonl"),
          webhook: { url: new URL("/api/resend/webhook", appUrl).href, secret: secrets.resendWebhookSecret },
        }).then((started) => {
          stops.push(started.close);
        });
    const stripe = real.has("stripe")
      ? undefined
      : startStripe(settings, secrets, environment.JOBS_SECRET ?? secrets.jobsSecret, keep);
    const known = (async () => {
      if (!isKnown && stripe) await learnWebhookSecret(stripe, settings, secrets, environment);
      writeEnvironment(data, environment);
    })();
    const app = async () => {
      if (!startApp) return;
      const started = startApp(settings, environment);
      keep(started.child);
      await Promise.race([started.ready, started.child.exited]);
    };
    const catalogue = async () => {
      if (!stripe) return;
      await stripe;
      const told = await setUpStripe(settings, environment);
      const known = { ...secrets, ...told };
      if (known.webhookSecret === secrets.webhookSecret && known.thinSecret === secrets.thinSecret) return;
      keepSecrets(data, known);
      throw new Explained("The local Stripe has a new webhook, which the app does not know yet. Start again.");
    };
    const all = Promise.all([database, mailbox, stripe, known.then(app), known.then(catalogue)]);
    const failed = await Promise.race([all.then(() => null), broken]);
    if (failed !== null) throw new Explained(failed);

    stops.push(startTick(environment));
    if (startApp && !real.has("supabase") && !real.has("stripe")) stops.push(inTheBackground(environment));
    return { settings, environment, real, broken, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Goes on with the personas that need the app; what is missing of them is said and keeps nothing from running. */
function inTheBackground(environment: Environment): () => Promise<void> {
  const abort = new AbortController();
  const made = makePersonas(environment, abort.signal).then((missing) => {
    if (!abort.signal.aborted) for (const words of missing) process.stderr.write(`${words}\n`);
  });
  return async () => {
    abort.abort();
    await made;
  };
}

async function learnWebhookSecret(
  stripe: Promise<unknown>,
  settings: Settings,
  secrets: Secrets,
  environment: Environment,
): Promise<void> {
  await stripe;
  Object.assign(secrets, await makeWebhook(settings, secrets));
  secrets.webhookUrl = webhookUrl(settings);
  keepSecrets(settings.data, secrets);
  environment.STRIPE_WEBHOOK_SECRET = secrets.webhookSecret ?? "";
  environment.STRIPE_THIN_WEBHOOK_SECRET = secrets.thinSecret ?? "";
}
