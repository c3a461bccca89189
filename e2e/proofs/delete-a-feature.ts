import { execFileSync, spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const PAGE = "docs/delete-a-feature.md";
const CHECKS: Array<[name: string, command: string, args: string[]]> = [
  ["format", "biome", ["check", "--write", "--unsafe", "--error-on-warnings", "."]],
  ["routes", "next", ["typegen"]],
  ["types", "tsc", ["--noEmit"]],
  ["house", "vitest", ["run", "--project", "rules", "house.test.ts"]],
  ["rights", "vitest", ["run", "--project", "database", "supabase/tests/roles-matrix.test.ts"]],
];

interface Feature {
  name: string;
  steps: string[];
}

/** The features of the page, each with the steps that its list names. */
function readFeatures(page: string): Feature[] {
  return page
    .split(/^## /m)
    .slice(1)
    .map((section) => ({
      name: section.split("\n", 1)[0] ?? "",
      steps: section.split("\n").filter((line) => line.startsWith("- ")),
    }))
    .filter(({ steps }) => steps.length > 0);
}

/** @throws Error when the step is none that the page explains, or names what is not there */
function take(step: string, root: string): void {
  const [path = "", ...texts] = [...step.matchAll(/`([^`]+)`/g)].map(([, text]) => text ?? "");
  const file = join(root, path);
  if (!existsSync(file)) throw new Error(`${PAGE} names ${path}, which is not there.`);
  if (/^- `[^`]+`$/.test(step)) {
    rmSync(file, { recursive: true });
    return;
  }

  const before = readFileSync(file, "utf8");
  const after = /`: the line with `[^`]+`$/.test(step)
    ? withoutLine(before, texts[0] ?? "")
    : /`: put `[^`]+` for `[^`]+`$/.test(step)
      ? before.replaceAll(texts[1] ?? "", texts[0] ?? "")
      : undefined;
  if (after === undefined) throw new Error(`${PAGE} has a step that cannot be read: ${step}`);
  if (after === before) throw new Error(`${path} has no ${step.split("`: ")[1]}`);
  writeFileSync(file, after);
}

function withoutLine(source: string, text: string): string {
  const lines = source.split("\n");
  const named = lines.filter((line) => line.includes(text));
  if (named.length > 1) throw new Error(`${named.length} lines have ${JSON.stringify(text)}; say which one.`);
  return lines.filter((line) => !line.includes(text)).join("\n");
}

/** A copy of everything git knows and has not deleted, with this checkout's packages beside it. */
function copy(): string {
  const root = mkdtempSync(join(tmpdir(), "delete-a-feature-"));
  const files = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    encoding: "utf8",
  });
  for (const file of files.split("\0").filter((name) => name && existsSync(name))) cpSync(file, join(root, file));
  symlinkSync(join(process.cwd(), "node_modules"), join(root, "node_modules"), "junction");
  execFileSync("git", ["init", "-q"], { cwd: root });
  return root;
}

/** The names of the checks that a copy without these features fails. */
function prove(features: Feature[]): string[] {
  const root = copy();
  try {
    for (const { steps } of features) for (const step of steps) take(step, root);
    return CHECKS.filter(([name, command, args]) => {
      const { status, stdout, stderr } = spawnSync(process.execPath, [binaryOf(command), ...args], {
        cwd: root,
        encoding: "utf8",
        env: { ...process.env, NEXT_TELEMETRY_DISABLED: "1" },
      });
      if (status !== 0) console.log(`${name}:\n${stdout}${stderr}`);
      return status !== 0;
    }).map(([name]) => name);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

function binaryOf(command: string): string {
  return realpathSync(join("node_modules/.bin", command));
}

const features = readFeatures(readFileSync(PAGE, "utf8"));
const named = process.argv.slice(2);
const unknown = named.filter((name) => !features.some((feature) => feature.name === name));
if (unknown.length > 0) throw new Error(`${PAGE} has no ${unknown.join(", ")}.`);
const alone = features.filter(({ name }) => named.length === 0 || named.includes(name)).map((feature) => [feature]);
const cases = named.length === 0 ? [...alone, features] : alone;
let failures = 0;
for (const without of cases) {
  const startedAt = Date.now();
  const failed = prove(without);
  failures += failed.length;
  const seconds = Math.round((Date.now() - startedAt) / 1000);
  const names = without.map(({ name }) => name).join(", ");
  console.log(`${failed.length === 0 ? "passed" : `FAILED (${failed.join(", ")})`}  without ${names}  ${seconds} s`);
}
process.exit(failures === 0 ? 0 : 1);
