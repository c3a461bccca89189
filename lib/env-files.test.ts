import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { readEnvFiles } from "./env-files";

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "ledgerline-env-"));
  mkdirSync(join(directory, ".local"));
  for (const name of ["DATABASE_URL", "STRIPE_SECRET_KEY", "STRIPE_API_BASE", "LEDGERLINE_DATA"])
    vi.stubEnv(name, undefined);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(directory, { recursive: true });
});

const write = (file: string, text: string) => writeFileSync(join(directory, file), text);

test("a command finds the local stack by itself", () => {
  write(".local/env", "DATABASE_URL=postgres://local\n");
  readEnvFiles("DATABASE_URL", directory);
  expect(process.env.DATABASE_URL).toBe("postgres://local");
});

test("a command finds a local stack whose data lie elsewhere, also by its whole path", () => {
  write(".local/env", "DATABASE_URL=postgres://elsewhere\n");
  vi.stubEnv("LEDGERLINE_DATA", join(directory, ".local"));
  readEnvFiles("DATABASE_URL", "/");
  expect(process.env.DATABASE_URL).toBe("postgres://elsewhere");
});

test("a real key is never mixed with a local address", () => {
  write(".local/env", "STRIPE_SECRET_KEY=sk_test_double_x\nSTRIPE_API_BASE=http://127.0.0.1:12111\n");
  write(".env.local", "STRIPE_SECRET_KEY=sk_test_real\n");
  readEnvFiles("STRIPE_SECRET_KEY", directory);
  expect(process.env.STRIPE_SECRET_KEY).toBe("sk_test_real");
  expect(process.env.STRIPE_API_BASE).toBeUndefined();
});

test("the environment counts before every file", () => {
  write(".env.local", "DATABASE_URL=postgres://file\n");
  vi.stubEnv("DATABASE_URL", "postgres://environment");
  readEnvFiles("DATABASE_URL", directory);
  expect(process.env.DATABASE_URL).toBe("postgres://environment");
});

test("a setting that stands nowhere is named, with the way out", () => {
  expect(() => readEnvFiles("DATABASE_URL", directory)).toThrow(/DATABASE_URL is not set.*npm run dev/);
});
