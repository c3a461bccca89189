import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@playwright/test";
import { setting } from "../fixtures";

/** Settings that only the server may know. The browser needs none of them. */
const SECRETS = [
  "AI_API_KEY",
  "DATABASE_URL",
  "JOBS_SECRET",
  "NEXT_SERVER_ACTIONS_ENCRYPTION_KEY",
  "RESEND_API_KEY",
  "STRIPE_SECRET_KEY",
  "STRIPE_WEBHOOK_SECRET",
  "SUPABASE_PUBLISHABLE_KEY",
  "SUPABASE_SECRET_KEY",
];

/** What the build sends to browsers as it is: scripts, and pages drawn in advance. */
const files = [...filesIn(".next/static", /\.js$/), ...filesIn(".next/server/app", /\.(html|rsc)$/)].map((name) => ({
  name,
  text: readFileSync(name, "utf8"),
}));

function filesIn(directory: string, ending: RegExp): string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { recursive: true, encoding: "utf8" })
    .filter((name) => ending.test(name))
    .map((name) => join(directory, name));
}

function filesWith(found: string | RegExp): string[] {
  return files.filter(({ text }) => text.search(found) >= 0).map(({ name }) => name);
}

/** How the rows of costs.ts stand in a script, whether its products are worked out or not: `input:25e4,…,output:2e6`. */
function costRows(): RegExp[] {
  const rows = [
    ...readFileSync("lib/billing/costs.ts", "utf8").matchAll(
      /\{ input: ([\d.]+) \* DOLLAR.*output: ([\d.]+) \* DOLLAR/g,
    ),
  ];
  return rows.map(([, input, output]) => new RegExp(`input"?:${product(input)}.{0,120}output"?:${product(output)}`));
}

function product(dollars = ""): string {
  const micros = Number(dollars) * 1_000_000;
  const short = String(micros).replace(/0+$/, (zeros) => `e${zeros.length}`);
  return `(?:${micros}|${short}|${dollars.replace(/^0/, "0?").replace(".", "\\.")}\\*)`;
}

test("the prices that people may know are in what browsers get", () => {
  expect(filesWith(/"?small-1"?:\{name:"small-1"/).filter((name) => name.endsWith(".js"))).not.toEqual([]);
});

test("what a provider charges reaches no browser", () => {
  const rows = costRows();
  expect(rows).not.toEqual([]);
  for (const found of [/costMicros|cost_micros|usage_costs/, ...rows]) expect(filesWith(found)).toEqual([]);
});

for (const name of SECRETS)
  test(`${name} reaches no browser`, () => {
    expect(filesWith(new RegExp(`env\\.${name}|"${name}"`))).toEqual([]);
    const value = name === "AI_API_KEY" ? process.env[name] : setting(name);
    if (value) expect(files.filter(({ text }) => text.includes(value)).map((file) => file.name)).toEqual([]);
  });
