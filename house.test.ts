import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { expect, test } from "vitest";

/** Who may import whom. The longest room that contains a file decides; tests and commands are bound by nothing. */
const DOORS = ["lib/stripe", "lib/supabase", "lib/email", "lib/ai"];
const FEATURES = [
  "lib/accounts",
  "lib/admin",
  "lib/assistant",
  "lib/checkout",
  "lib/credits",
  "lib/dunning",
  "lib/finance",
  "lib/invoices",
  "lib/metering",
  "lib/payments",
  "lib/portal",
  "lib/summaries",
  "lib/subscriptions",
  "lib/usage",
];
const COMMANDS = [
  "lib/credits/check.ts",
  "lib/doctor.ts",
  "lib/reconciliation/reconcile.ts",
  "lib/stripe/setup.ts",
  "lib/subscriptions/move-prices.ts",
  "instrumentation.ts",
  "next.config.ts",
];
const GROUND = ["lib/billing", "lib/env.ts", "lib/clock.ts", "lib/batch.ts"];
const feature = (own: string, ...others: string[]) => [
  own,
  ...others,
  ...DOORS,
  ...GROUND,
  "lib/alerts.ts",
  "lib/session.ts",
  "lib/standing.ts",
];

const ROOMS: Record<string, string[]> = {
  app: ["app", "components", "lib", "proxy.ts"],
  "proxy.ts": ["lib/supabase", ...GROUND],
  components: ["components", "lib/billing"],
  "components/ui": ["components/ui"],
  emails: ["emails", "lib/billing"],
  "lib/billing": ["lib/billing"],
  "lib/stripe": ["lib/stripe", ...GROUND],
  "lib/supabase": ["lib/supabase", ...GROUND],
  "lib/email": ["lib/email", "lib/supabase", "emails", ...GROUND],
  "lib/ai": ["lib/ai", ...GROUND],
  "lib/accounts": feature("lib/accounts"),
  "lib/admin": feature("lib/admin"),
  "lib/credits": feature("lib/credits"),
  "lib/usage": feature("lib/usage", "lib/credits"),
  "lib/assistant": feature("lib/assistant", "lib/usage", "lib/credits"),
  "lib/checkout": feature("lib/checkout"),
  "lib/invoices": feature("lib/invoices"),
  "lib/metering": feature("lib/metering"),
  "lib/dunning": feature("lib/dunning", "lib/subscriptions/lease.ts"),
  "lib/finance": feature("lib/finance"),
  "lib/payments": feature("lib/payments", "lib/subscriptions/lease.ts"),
  "lib/portal": feature("lib/portal"),
  "lib/time-machine": ["lib/time-machine", "lib/session.ts", "lib/supabase", ...GROUND],
  "lib/summaries": feature("lib/summaries"),
  "lib/subscriptions": feature("lib/subscriptions", "lib/dunning"),
  "lib/alerts.ts": [...DOORS, ...GROUND],
  "lib/session.ts": [...DOORS, ...GROUND],
  "lib/standing.ts": [...DOORS, ...GROUND],
  "lib/batch.ts": [],
  "lib/action.ts": ["lib/session.ts", ...GROUND],
  "lib/clock.ts": ["lib/env.ts"],
  "lib/env.ts": ["lib/env-values.ts"],
  "lib/env-values.ts": [],
  "lib/env-files.ts": [],
  "lib/events": ["lib/events", "lib/alerts.ts", ...FEATURES, ...DOORS, ...GROUND],
  "lib/reconciliation": ["lib/reconciliation", "lib/events", "lib/alerts.ts", ...FEATURES, ...DOORS, ...GROUND],
  "lib/jobs.ts": ["lib/events", "lib/reconciliation", "lib/alerts.ts", ...FEATURES, ...DOORS, ...GROUND],
  local: ["local"],
};

const files = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "*.ts", "*.tsx"], {
  encoding: "utf8",
})
  .split("\n")
  .filter((file) => file && existsSync(file));

const within = (room: string) => (file: string) => file === room || file.startsWith(`${room}/`);
const roomOf = (file: string) =>
  Object.keys(ROOMS)
    .filter((room) => within(room)(file))
    .sort((a, b) => b.length - a.length)[0];

const isFree = (file: string) => /\.test\.tsx?$/.test(file) || COMMANDS.includes(file) || !roomOf(file);

/** The files of ours that a file imports for their code; type-only imports carry none. */
function importsOf(file: string): string[] {
  const source = readFileSync(file, "utf8");
  const found = source.matchAll(
    /^\s*(?:import|export)\s+(?!type\b)(?:[^"';]*?\sfrom\s*)?["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']\s*\)/gm,
  );
  return [...found].flatMap(([, fixed, lazy]) => {
    const name = fixed ?? lazy ?? "";
    const path = name.startsWith("@/") ? name.slice(2) : name.startsWith(".") ? join(dirname(file), name) : null;
    if (!path) return [];
    const bare = normalize(path).replace(/\.js$/, "");
    const target = [bare, `${bare}.ts`, `${bare}.tsx`].find((candidate) => files.includes(candidate));
    return target ? [target] : [];
  });
}

const forbidden = files
  .filter((file) => !isFree(file))
  .flatMap((file) => {
    const allowed = ROOMS[roomOf(file) ?? ""] ?? [];
    return importsOf(file)
      .filter((target) => !allowed.some((room) => within(room)(target)))
      .map((target) => `${file} imports ${target}`);
  });

test("every room imports only what the house allows", () => {
  expect(forbidden).toEqual([]);
});

test("nothing imports a command", () => {
  const importers = files.flatMap((file) =>
    /\.test\.tsx?$/.test(file) || within("supabase/tests")(file)
      ? []
      : importsOf(file)
          .filter((target) => COMMANDS.includes(target))
          .map((target) => `${file} imports ${target}`),
  );
  expect(importers).toEqual([]);
});

test("provider cost is imported on the server only", () => {
  const importers = files.filter((file) => importsOf(file).includes("lib/billing/costs.ts"));
  const clients = importers.filter(
    (file) => within("components")(file) || /^\s*["']use client["']/m.test(readFileSync(file, "utf8")),
  );
  expect(clients).toEqual([]);
});
