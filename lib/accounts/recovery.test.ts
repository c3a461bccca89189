import { expect, test, vi } from "vitest";
import { userId } from "@/lib/billing/units";
import { isRecoveryProof, recoveryProof } from "./recovery";

vi.stubEnv("SUPABASE_SECRET_KEY", "sb_secret_test");
const anna = userId("0b0e0e6a-6f3b-4b7e-8a67-0d9c6a8e1f10");
const bert = userId("1b0e0e6a-6f3b-4b7e-8a67-0d9c6a8e1f10");
const start = new Date("2026-11-22T10:00:00Z");
const later = (seconds: number) => new Date(start.getTime() + seconds * 1000);

test("a recovery link lets its owner set a password for 15 minutes", () => {
  const proof = recoveryProof(anna, start);
  expect(isRecoveryProof(proof, anna, later(899))).toBe(true);
  expect(isRecoveryProof(proof, anna, later(900))).toBe(false);
  expect(isRecoveryProof(proof, bert, start)).toBe(false);
});

test("a proof cannot be stretched, handed on or made up", () => {
  const [owner, endsAt, signature] = recoveryProof(anna, start).split(".");
  for (const forged of [
    `${owner}.${Number(endsAt) + 999}.${signature}`,
    `${owner}.${endsAt}.`,
    `${owner}.${endsAt}`,
    "",
    undefined,
  ]) {
    expect(isRecoveryProof(forged, anna, start)).toBe(false);
  }
  expect(isRecoveryProof(`${bert}.${endsAt}.${signature}`, bert, start)).toBe(false);
});
