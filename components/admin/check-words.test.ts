import { expect, test } from "vitest";
import { amountWords, sidesOf, signOf } from "./check-words";

const agrees = { isPossible: true, isRunning: false, outcome: "agrees", open: 0 } as const;

test("a check says what is open before anything else", () => {
  expect(signOf({ ...agrees, outcome: "failed", open: 1200 })).toEqual({ label: "1,200 differ", tone: "danger" });
  expect(signOf({ ...agrees, isRunning: true, open: 1 }).label).toBe("1 differs");
});

test("a check that was never ended does not say that all agrees", () => {
  expect(signOf({ ...agrees, outcome: null }).label).toBe("Not yet run");
  expect(signOf({ ...agrees, outcome: null, isRunning: true }).label).toBe("Running");
  expect(signOf({ ...agrees, outcome: "failed" }).label).toBe("Given up");
  expect(signOf({ ...agrees, isPossible: false }).label).toBe("Not run here");
  expect(signOf(agrees)).toEqual({ label: "Agrees", tone: "success" });
});

test("what a run mended is told with what it looked at", () => {
  expect(amountWords(1001, 0)).toBe("1,001 looked at");
  expect(amountWords(1001, 2)).toBe("1,001 looked at, 2 mended");
});

test("a side that has nothing is left out", () => {
  expect(sidesOf({ ours: "paid", theirs: null })).toEqual([["Here", "paid"]]);
  expect(sidesOf({ ours: "paid", theirs: "open" })).toHaveLength(2);
});
