import type { Stack } from "./stack.ts";

const PERSONAS: Array<[name: string, what: string]> = [
  ["free", "new, on the free plan"],
  ["low", "almost out of credits"],
  ["starter", "on Starter, past the allowance (a moment after the start, as those with +)"],
  ["pastdue", "on Starter, whose renewal was declined +"],
  ["suspended", "unpaid for a fortnight: bought credits, which may not be spent +"],
  ["disputed", "bought a pack, used it and disputed the payment: in debt +"],
  ["enterprise", "owner of Northwind, on terms, with a month of usage * +"],
  ["teamadmin", "admin of Northwind *"],
  ["member", "member of Northwind, may not buy *"],
  ["admin", "the founder, with the pages for admins"],
];
const PASSWORD = "ledgerline";

/** What a start prints: where everything is and how to get in. */
export function welcome({ settings, environment, real }: Stack, withApp: boolean): string {
  const rows: Array<[string, string]> = [];
  const app = withApp ? settings.appUrl : `${settings.appUrl} (not started; npm run dev starts it too)`;
  rows.push(["App", app]);
  if (real.has("supabase")) rows.push(["Supabase", environment.SUPABASE_URL ?? ""]);
  else {
    rows.push(["Sign in as", `password of each: ${PASSWORD}`]);
    for (const [name, what] of PERSONAS) rows.push(["", `${`${name}@ledgerline.test`.padEnd(28)}${what}`]);
    rows.push(["", "* lands on an account of its own; switch to the team Northwind at the top left"]);
  }
  rows.push(["Mailbox", environment.MAILBOX_URL ?? "real: mail leaves through Resend"]);
  rows.push(["Stripe", environment.STRIPE_DASHBOARD_URL ?? "real: the account of STRIPE_SECRET_KEY"]);
  const lines = rows.map(([name, value]) => `  ${name.padEnd(12)}${value}`);
  return `\n${lines.join("\n")}\n\n  Ctrl-C stops it. Start afresh: npm run local -- reset\n\n`;
}
