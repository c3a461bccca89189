import { expect, test } from "vitest";
import { eventWords, returnedBadge, returnedWords } from "./returned-words";

const at = new Date("2026-11-22");
const none = { returnedCents: 0, isDisputed: false, events: [] };

test.each([
  [none, null, null],
  [{ ...none, returnedCents: 300 }, "Partly refunded", "$3.00 went back"],
  [{ ...none, returnedCents: 600 }, "Refunded", "$6.00 went back"],
  [{ ...none, returnedCents: 600, isDisputed: true }, "Disputed", "The bank holds the money until it has decided"],
])("a paid invoice of $6.00 with %j says %s", (returns, badge, words) => {
  expect(returnedBadge(returns, 600)?.label ?? null).toBe(badge);
  expect(returnedWords(returns, "usd")).toBe(words);
});

test("every state an entry can be in has words, and a credit note names its number", () => {
  for (const [kind, states] of [
    ["refund", ["done", "pending", "failed"]],
    ["dispute", ["open", "lost", "won"]],
    ["credit_note", ["done"]],
  ] as const)
    for (const state of states)
      expect(eventWords({ id: "x", kind, state, cents: 1, at, number: null }).title).not.toBe("Changed");
  expect(eventWords({ id: "cn_1", kind: "credit_note", state: "done", cents: 1, at, number: "A-1-CN-01" }).title).toBe(
    "Credited, A-1-CN-01",
  );
});
