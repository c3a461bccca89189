import { checkCatalogue } from "@/lib/billing/check";
import { findEnvProblems } from "@/lib/env";
import { type Finding, note, ok, problem } from "./finding";

const isLive = (key: string | undefined) => /^(sk|rk)_live_/.test(key ?? "");

/** The settings: each group whole, none against another; and what plans.ts sells. */
export function lookAtSettings(source: Readonly<Record<string, string | undefined>> = process.env): Finding[] {
  const problems = findEnvProblems(source).map((text) =>
    problem(text, "Mend it in the environment the app runs with."),
  );
  const { errors, warnings } = checkCatalogue();
  return [
    ...(problems.length > 0 ? problems : [ok("Every group of settings is filled.")]),
    ...modeFindings(source),
    ...errors.map((text) => problem(`plans.ts: ${text}`, "Mend lib/billing/plans.ts.")),
    ...warnings.map((text) => note(`plans.ts: ${text}`)),
  ];
}

function modeFindings(source: Readonly<Record<string, string | undefined>>): Finding[] {
  const { APP_URL, STRIPE_SECRET_KEY, AI_API_KEY, LEDGERLINE_LOCAL, NEXT_SERVER_ACTIONS_ENCRYPTION_KEY } = source;
  if (LEDGERLINE_LOCAL) return [note("This is local mode: Stripe is the double, and no money moves.")];
  const found: Finding[] = [];
  if (isLive(STRIPE_SECRET_KEY)) {
    found.push(
      APP_URL?.startsWith("https://")
        ? ok("The Stripe key is live: money moves.")
        : problem(`The Stripe key is live, but APP_URL is ${APP_URL}.`, "Set APP_URL to the https address of the app."),
    );
  } else if (/^(sk|rk)_test_/.test(STRIPE_SECRET_KEY ?? ""))
    found.push(note("The Stripe key is a test key: no money moves."));
  if (!AI_API_KEY) found.push(note("No AI_API_KEY: the built-in model answers. Set one before you sell answers."));
  if (!source.RESEND_WEBHOOK_SECRET) {
    found.push(
      note(
        "No RESEND_WEBHOOK_SECRET: a mail that bounces is not noticed, not even one about an unpaid invoice; see docs/go-live.md.",
      ),
    );
  }
  if (!NEXT_SERVER_ACTIONS_ENCRYPTION_KEY) {
    found.push(
      note("No NEXT_SERVER_ACTIONS_ENCRYPTION_KEY: fine while all instances run one build; see docs/go-live.md."),
    );
  }
  return found;
}
