import { describe, expect, it } from "vitest";
import { upperBound } from "@/lib/billing/rating";
import { affordableOutputTokens } from "./affordable";

describe("the longest answer a balance pays for", () => {
  it.each([0, 1, 12, 40, 77, 500])(
    "with %d credits, costs no more than them, and one token more would",
    (available) => {
      const most = affordableOutputTokens("large-1", 100, available, 1_500);
      if (most > 0) expect(upperBound("large-1", 100, most)).toBeLessThanOrEqual(available);
      if (most < 1_500) expect(upperBound("large-1", 100, most + 1)).toBeGreaterThan(available);
    },
  );

  it("is never longer than wanted", () => {
    expect(affordableOutputTokens("small-1", 10, 1_000_000, 256)).toBe(256);
  });
});
