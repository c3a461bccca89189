import { pathToFileURL } from "node:url";
import { checkCatalogue } from "@/lib/billing/check";
import { isLocal } from "@/lib/env";
import { readEnvFiles } from "@/lib/env-files";
import { EVENT_TYPES } from "@/lib/events/types";
import { setUpStripe } from "./account";
import { isLivemode } from "./client";

async function main(args: string[]): Promise<void> {
  readEnvFiles("STRIPE_SECRET_KEY");
  const dryRun = args.includes("--dry-run");
  const unknown = args.filter((arg) => arg !== "--dry-run" && arg !== "--live");
  if (unknown.length > 0) throw new Error(`${unknown.join(" ")} is not an option; there are --dry-run and --live.`);
  if (isLivemode() && !args.includes("--live"))
    throw new Error("STRIPE_SECRET_KEY is a live key. Add --live if you mean to change what real customers can buy.");
  for (const warning of checkCatalogue().warnings) process.stderr.write(`Warning: ${warning}\n`);
  let changes = 0;
  const say = (line: string) => {
    changes += 1;
    process.stderr.write(`${dryRun ? "Would " : ""}${line}\n`);
  };
  const advise = (line: string) => process.stderr.write(`Mind: ${line}\n`);
  const { STRIPE_WEBHOOK_SECRET, STRIPE_THIN_WEBHOOK_SECRET } = process.env;
  const known = { webhookSecret: STRIPE_WEBHOOK_SECRET, thinSecret: STRIPE_THIN_WEBHOOK_SECRET };
  const made = await setUpStripe({ dryRun, say, advise, events: EVENT_TYPES }, known);
  if (changes === 0) process.stderr.write("Stripe has everything already.\n");
  if (made.webhookSecret || made.thinSecret)
    process.stderr.write("Put what follows into the app's settings: Stripe tells it only now.\n");
  const told = (secret: string | null, kept: string | undefined) => secret ?? (isLocal() ? kept : undefined);
  for (const [name, secret] of [
    ["STRIPE_WEBHOOK_SECRET", told(made.webhookSecret, known.webhookSecret)],
    ["STRIPE_THIN_WEBHOOK_SECRET", told(made.thinSecret, known.thinSecret)],
  ])
    if (secret) process.stdout.write(`${name}=${secret}\n`);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  main(process.argv.slice(2)).catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
}
