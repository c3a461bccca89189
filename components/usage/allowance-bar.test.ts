import { expect, test } from "vitest";
import { meaning } from "./allowance-bar";

test.each([
  [{ used: 100, allowance: 350, overage: 0 }, "250 of the credits your plan includes are left."],
  [{ used: 400, allowance: 350, overage: 0 }, "50 beyond what your plan includes."],
  [
    { used: 400, allowance: 350, overage: 45 },
    "50 beyond what your plan includes. 45 of them are overage, billed with your next invoice.",
  ],
  [{ used: 400, allowance: 0, overage: 395 }, "395 of them are overage, billed with your next invoice."],
])("where the credits of a period came from is said: %o", (period, words) => {
  expect(meaning(period)).toBe(words);
});
