import { pathToFileURL } from "node:url";
import { checkCatalogue } from "@/lib/billing/check";
import { isLocal } from "@/lib/env";
import { readEnvFiles } from "@/lib/env-files";
import { findValueProblems } from "@/lib/env-values";
import { EVENT_TYPES } from "@/lib/events/types";
import { type SecretName, setUpStripe } from "./account";
import { isLivemode } from "./client";
import { webhookUrl } from "./endpoint";

const NEEDED = ["APP_URL", "STRIPE_SECRET_KEY"];

/** @throws Error when the settings or the options are not what setup needs; nothing has been changed then */
function assertReady(isLiveMeant: boolean): void {
  const wrong = findValueProblems(process.env).filter(({ name }) => NEEDED.includes(name));
  if (wrong.length > 0) throw new Error(wrong.map(({ text }) => text).join("\n"));
  if (isLivemode() && !isLiveMeant)
    throw new Error("STRIPE_SECRET_KEY is a live key. Add --live if you mean to change what real customers can buy.");
  if (!isLivemode() && isLiveMeant)
    throw new Error("STRIPE_SECRET_KEY is a test key. Set the live one, or leave --live out to set up test mode.");
  webhookUrl();
}

async function main(args: string[]): Promise<void> {
  const dryRun = args.includes("--dry-run");
  const unknown = args.filter((arg) => arg !== "--dry-run" && arg !== "--live");
  if (unknown.length > 0) throw new Error(`${unknown.join(" ")} is not an option; there are --dry-run and --live.`);
  readEnvFiles("STRIPE_SECRET_KEY");
  assertReady(args.includes("--live"));
  for (const warning of checkCatalogue().warnings) process.stderr.write(`Warning: ${warning}\n`);
  let changes = 0;
  const say = (line: string) => {
    changes += 1;
    process.stderr.write(`${dryRun ? "Would " : ""}${line}\n`);
  };
  const advise = (line: string) => process.stderr.write(`Mind: ${line}\n`);
  const { STRIPE_WEBHOOK_SECRET, STRIPE_THIN_WEBHOOK_SECRET } = process.env;
  const known = { webhookSecret: STRIPE_WEBHOOK_SECRET, thinSecret: STRIPE_THIN_WEBHOOK_SECRET };
  const told = new Set<SecretName>();
  const tell = (name: SecretName, secret: string) => {
    if (told.size === 0) process.stderr.write("Put what follows into the app's settings: Stripe tells it only now.\n");
    told.add(name);
    process.stdout.write(`${name}=${secret}\n`);
  };
  await setUpStripe({ dryRun, say, advise, tell, events: EVENT_TYPES }, known);
  if (changes === 0) process.stderr.write("Stripe has everything already.\n");
  if (!isLocal()) return;
  for (const [name, secret] of Object.entries({ STRIPE_WEBHOOK_SECRET, STRIPE_THIN_WEBHOOK_SECRET }))
    if (secret && !told.has(name as SecretName)) process.stdout.write(`${name}=${secret}\n`);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  main(process.argv.slice(2)).catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
}
