import { mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { now } from "./clock";

const DAY_MS = 86_400_000;
let directory: string;
let file: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "ledgerline-clock-"));
  file = join(directory, "clock.json");
  vi.stubEnv("LEDGERLINE_CLOCK_FILE", file);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(directory, { recursive: true });
});

function daysAhead(): number {
  return Math.round((now().getTime() - Date.now()) / DAY_MS) + 0;
}

function move(days: number, modifiedSeconds: number): void {
  writeFileSync(file, JSON.stringify({ offsetMs: days * DAY_MS }));
  utimesSync(file, modifiedSeconds, modifiedSeconds);
}

test("locally, time is where the clock's file says, and follows when it moves", () => {
  vi.stubEnv("LEDGERLINE_LOCAL", "1");
  expect(daysAhead()).toBe(0);
  move(35, 1_000_000);
  expect(daysAhead()).toBe(35);
  move(70, 1_000_001);
  expect(daysAhead()).toBe(70);
});

test("outside local mode the clock cannot be moved", () => {
  vi.stubEnv("LEDGERLINE_LOCAL", "");
  move(35, 1_000_002);
  expect(daysAhead()).toBe(0);
});

test("a clock file that makes no sense is an error, not the wrong time", () => {
  vi.stubEnv("LEDGERLINE_LOCAL", "1");
  writeFileSync(file, '{"offsetMs":"soon"}');
  expect(() => now()).toThrow("holds no offsetMs");
});
