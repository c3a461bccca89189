import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { readEnvFiles } from "./env-files";

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "ledgerline-env-"));
  mkdirSync(join(directory, ".local"));
  for (const name of [
    "APP_URL",
    "DATABASE_URL",
    "LEDGERLINE_DATA",
    "STRIPE_API_BASE",
    "STRIPE_SECRET_KEY",
    "SUPABASE_URL",
  ])
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

test("a command for a real project without a direct connection never opens the local database", () => {
  write(".local/env", "LEDGERLINE_LOCAL=1\nDATABASE_URL=postgres://local\nSTRIPE_SECRET_KEY=sk_test_double_x\n");
  vi.stubEnv("STRIPE_SECRET_KEY", "sk_live_real");
  expect(() => readEnvFiles("DATABASE_URL", directory)).toThrow(/DATABASE_URL is not set/);
  expect(process.env.LEDGERLINE_LOCAL).toBeUndefined();
});

test("a local stack that runs with a real key is found by that key", () => {
  write(".local/env", "APP_URL=http://localhost:3000\nSTRIPE_SECRET_KEY=sk_test_real\n");
  write(".env.local", "STRIPE_SECRET_KEY=sk_test_real\n");
  readEnvFiles("STRIPE_SECRET_KEY", directory);
  expect(process.env.APP_URL).toBe("http://localhost:3000");
});

test("a command that can name what is missing starts without anything", () => {
  expect(() => readEnvFiles(null, directory)).not.toThrow();
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
