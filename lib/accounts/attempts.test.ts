import { expect, test } from "vitest";
import { addressOf, tooManyTries } from "./attempts";

const from = (headers: Record<string, string>) => addressOf(new Headers(headers));

test.each([
  [1, "1 second"],
  [59, "59 seconds"],
  [60, "1 minute"],
  [61, "2 minutes"],
  [900, "15 minutes"],
])("a wait of %i s is said as %s, never too short", (seconds, words) => {
  expect(tooManyTries(seconds)).toBe(`Too many tries. You can try again in ${words}.`);
});

test("a visitor is known by the address the nearest proxy saw, not by one they wrote themselves", () => {
  expect(from({ "x-forwarded-for": "6.6.6.6, 203.0.113.9" })).toBe("203.0.113.9");
  expect(from({ "x-forwarded-for": "6.6.6.6", "x-real-ip": "203.0.113.9" })).toBe("203.0.113.9");
});

test("this machine itself is nobody in particular", () => {
  for (const address of ["127.0.0.1", "::1", "::ffff:127.0.0.1"])
    expect(from({ "x-forwarded-for": address })).toBeNull();
  expect(from({})).toBeNull();
});
