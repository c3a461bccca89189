import { describe, expect, test } from "vitest";
import { type CheckedRow, checkHour } from "./meter-checks";

const NOW = new Date("2026-11-22T12:00:00Z");
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const ago = (ms: number) => new Date(NOW.getTime() - ms);

let count = 0;
function row(state: CheckedRow["state"], value: number, change: Partial<CheckedRow> = {}): CheckedRow {
  count += 1;
  return {
    id: `row ${count}`,
    revision: 0,
    state,
    value,
    eventAt: ago(2 * HOUR),
    attempts: 1,
    firstAttemptAt: ago(2 * HOUR),
    acceptedAt: state === "verify" ? null : ago(2 * HOUR),
    isInDoubt: state === "verify",
    isRebased: false,
    lookedAt: null,
    lookedSum: null,
    ...change,
  };
}
const seen = (sum: number, ms = 15 * MINUTE) => ({ lookedAt: ago(ms), lookedSum: sum });
const becomes = (rows: CheckedRow[], sum: number) => checkHour(rows, sum, NOW).map((check) => check.becomes);

describe("an accepted row", () => {
  test("is confirmed when the sum of its hour agrees an hour after", () => {
    expect(becomes([row("accepted", 10), row("confirmed", 5)], 15)).toEqual(["confirmed"]);
  });
  test("waits for the hour to pass", () => {
    expect(becomes([row("accepted", 10, { acceptedAt: ago(HOUR - 1) })], 10)).toEqual(["accepted"]);
  });
  test("stays accepted while the sum disagrees, and says so", () => {
    const [check] = checkHour([row("accepted", 10)], 0, NOW);
    expect(check).toMatchObject({ becomes: "accepted", error: "Stripe shows 0 for this hour, and we have told it 10" });
  });
  test("is shown to a person when the sum disagrees for a day", () => {
    expect(becomes([row("accepted", 10, { acceptedAt: ago(24 * HOUR) })], 0)).toEqual(["review"]);
  });
});

describe("a row in doubt", () => {
  test("is not decided at the first look", () => {
    const [check] = checkHour([row("verify", 10)], 10, NOW);
    expect(check).toMatchObject({ becomes: "verify", sum: 10, nextAttemptAt: new Date(NOW.getTime() + 15 * MINUTE) });
  });
  test("is not decided by a second look too soon, or one that shows something else", () => {
    expect(becomes([row("verify", 10, seen(10, 15 * MINUTE - 1))], 10)).toEqual(["verify"]);
    expect(becomes([row("verify", 10, seen(0))], 10)).toEqual(["verify"]);
  });
  test("is confirmed when the sum is right with it", () => {
    expect(becomes([row("verify", 10, seen(25)), row("accepted", 15)], 25)).toEqual(["confirmed", "confirmed"]);
  });
  test("is sent under a new identifier when the sum is right without it", () => {
    expect(becomes([row("verify", 10, seen(15)), row("confirmed", 15)], 15)).toEqual(["revised"]);
  });
  test("is shown to a person when the sum is neither", () => {
    expect(becomes([row("verify", 10, seen(22)), row("confirmed", 15)], 22)).toEqual(["review"]);
  });
  test("is told apart from others in doubt by the sum they make together", () => {
    expect(becomes([row("verify", 10, seen(7)), row("verify", 7, seen(7))], 7)).toEqual(["revised", "confirmed"]);
  });
  test("of two that are alike, one is taken as counted and one is sent again", () => {
    expect(becomes([row("verify", 10, seen(10)), row("verify", 10, seen(10))], 10).sort()).toEqual([
      "confirmed",
      "revised",
    ]);
  });
});

test.each(["sending", "unsure", "closed", "canceling"] as const)(
  "nothing of an hour is decided while a row of it is %s",
  (state) => {
    expect(becomes([row("verify", 10, seen(10)), row("accepted", 4), row(state, 3)], 14)).toEqual([
      "verify",
      "accepted",
    ]);
  },
);
