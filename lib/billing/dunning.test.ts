import { describe, expect, test } from "vitest";
import { type DunningCase, type DunningFacts, type DunningStep, nextDunningStep, STAGES, stageDueAt } from "./dunning";
import { policy } from "./plans";
import { at, invoice, owing, withStatus } from "./sample-debts";
import { inDays, now } from "./sample-standing";

const days = policy.dunning;

const step = (open: DunningCase | null, facts: DunningFacts, when = now) => nextDunningStep(open, facts, days, when);
const stageOf = (given: DunningStep) => (given.kind === "stand" ? given.next.stage : given.kind);
const closed = (given: DunningStep) => (given.kind === "close" ? given.outcome : given.kind);

describe("the clock", () => {
  const expected = [
    [0, "retrying"],
    [2.999, "retrying"],
    [3, "warned"],
    [6.999, "warned"],
    [7, "downgraded"],
    [13.999, "downgraded"],
    [14, "suspended"],
    [40, "suspended"],
  ] as const;

  test.each(expected)("%d days after the first failure brings %s, though nothing is tried again", (after, stage) => {
    const facts = owing([invoice({ failedAt: inDays(-after) })]);
    expect(stageOf(step(null, facts))).toBe(stage);
    expect(stageOf(step(at("retrying", { openedAt: inDays(-after) }), facts))).toBe(stage);
  });

  test("is not restarted by another failure, a retry or a replay, and can only learn of an earlier one", () => {
    const open = at("retrying", { openedAt: inDays(-2) });
    const later = step(open, owing([invoice({ failedAt: now }), invoice({ id: "in_2", failedAt: inDays(1) })]));
    expect(later).toMatchObject({ next: { openedAt: inDays(-2) } });
    expect(step(open, owing([invoice({ failedAt: inDays(-5) })]))).toMatchObject({
      next: { openedAt: inDays(-5), stage: "warned" },
    });
  });

  test("stands still while collection is paused, and goes on where it stopped", () => {
    const paused = { subscription: { status: "past_due" as const, collectionPaused: true } };
    const begun = step(at("retrying", { openedAt: inDays(-2) }), owing([invoice()], paused));
    expect(begun).toMatchObject({ next: { stage: "retrying", pausedAt: now }, nextStageAt: null });
    if (begun.kind !== "stand") throw new Error("no case");
    const month = step(begun.next, owing([invoice({ failedAt: inDays(-2) })], paused), inDays(30));
    expect(month).toMatchObject({ next: { stage: "retrying", pausedAt: now } });
    if (month.kind !== "stand") throw new Error("no case");
    const resumed = step(month.next, owing([invoice({ failedAt: inDays(-2) })]), inDays(30));
    expect(resumed).toMatchObject({ next: { stage: "retrying", pausedAt: null, pausedMs: 30 * 86_400_000 } });
    if (resumed.kind !== "stand") throw new Error("no case");
    expect(resumed.nextStageAt).toEqual(inDays(31));
    expect(stageOf(step(resumed.next, owing([invoice()]), inDays(30.9)))).toBe("retrying");
    expect(stageOf(step(resumed.next, owing([invoice()]), inDays(31)))).toBe("warned");
  });

  test("stands still while a person keeps Stripe from trying, which is no end of the tries", () => {
    const facts = owing([invoice({ collection: "stopped", failedAt: inDays(-2) })]);
    const open = at("retrying", { openedAt: inDays(-2), pausedAt: inDays(-1) });
    expect(stageOf(step(open, facts, inDays(30)))).toBe("retrying");
    const late = owing([invoice({ collection: "stopped", failedAt: inDays(-20) })]);
    expect(step(null, late)).toMatchObject({ next: { stage: "retrying", pausedAt: inDays(-20) } });
    expect(stageOf(step(at("retrying"), owing([invoice({ collection: "stopped" })])))).toBe("retrying");
  });

  test("goes on once the subscription is over, paused or not", () => {
    const open = at("downgraded", { openedAt: inDays(-14) });
    const over = owing([invoice({ collection: "stopped" })], {
      subscription: { status: "canceled", collectionPaused: true },
    });
    expect(stageOf(step(open, over))).toBe("suspended");
  });

  test("says when it brings the next stage, and nothing after the last", () => {
    const open = at("retrying", { openedAt: inDays(-1) });
    expect(step(open, owing([invoice()]))).toMatchObject({ nextStageAt: inDays(2) });
    expect(stageDueAt(open, "suspended", days)).toEqual(inDays(13));
    expect(step(at("suspended"), owing([invoice()]))).toMatchObject({ nextStageAt: null });
  });

  test("of an enterprise starts with the due date and runs by its own days, whatever was tried", () => {
    const own = { warnAfterDays: 7, downgradeAfterDays: 21, suspendAfterDays: 45 };
    const due = (after: number) => owing([invoice({ onTerms: true, attempts: 5, failedAt: inDays(-after) })]);
    const stages = [0, 6, 7, 20, 21, 44, 45].map((after) => stageOf(nextDunningStep(null, due(after), own, now)));
    expect(stages).toEqual(["retrying", "retrying", "warned", "warned", "downgraded", "downgraded", "suspended"]);
  });
});

describe("several stages at once", () => {
  test.each([
    [null, 8, ["retrying", "warned", "downgraded"], "downgraded"],
    [null, 20, ["retrying", "warned", "downgraded", "suspended"], "suspended"],
    ["retrying", 20, ["warned", "downgraded", "suspended"], "suspended"],
    ["warned", 15, ["downgraded", "suspended"], "suspended"],
    ["suspended", 30, [], null],
  ] as const)(
    "from %s after %d days have all their effects, and the mail of the last",
    (from, after, entered, told) => {
      const open = from && at(from, { openedAt: inDays(-after) });
      expect(step(open, owing([invoice({ failedAt: inDays(-after) })]))).toMatchObject({ entered, told });
    },
  );
});

describe("a case ends", () => {
  test("as paid if anything was paid, as forgiven if all was voided, as lost with its customer", () => {
    for (const stage of STAGES) {
      expect(closed(step(at(stage), owing([], { settled: ["void", "paid"] })))).toBe("paid");
      expect(closed(step(at(stage), owing([], { settled: ["void"] })))).toBe("forgiven");
      expect(closed(step(at(stage), owing([invoice()], { customerDeleted: true })))).toBe("lost");
    }
  });

  test("with its subscription gone too, once nothing is owed", () => {
    expect(closed(step(at("suspended"), owing([], { ...withStatus("canceled"), settled: ["paid"] })))).toBe("paid");
  });
});
