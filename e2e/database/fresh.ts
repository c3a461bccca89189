import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, expect, vi } from "vitest";

// The files of the database project share a process, and with it every module that one of them has loaded: loading took
// longer than testing. What a file changes of the process ends with the file; one that puts something in a module's place
// begins with no module loaded, and leaves none behind.
const file = expect.getState().testPath ?? "";
const replaced = [...readFileSync(file, "utf8").matchAll(/\bvi\.mock\(\s*"([^"]+)"/g)].map(([, name = ""]) =>
  name.startsWith(".") ? join(dirname(file), name) : name,
);
const environment = { ...process.env };
const environmentItself = process.env;

if (replaced.length > 0) vi.resetModules();

afterAll(() => {
  if (process.env !== environmentItself) throw new Error("Another object stands as process.env: stub names instead.");
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
  vi.useRealTimers();
  for (const name of Object.keys(process.env)) if (!(name in environment)) delete process.env[name];
  Object.assign(process.env, environment);
  for (const name of replaced) vi.doUnmock(name);
  if (replaced.length > 0) vi.resetModules();
});
