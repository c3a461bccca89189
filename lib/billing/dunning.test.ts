import { describe, expect, test } from "vitest";
import {
  type DunningCase,
  type DunningFacts,
  type DunningStep,
  nextDunningStep,
  STAGES,
  stageDueAt,
  type UnpaidInvoice,
} from "./dunning";
import { policy } from "./plans";
import { inDays, now } from "./sample-standing";
import type { DunningStage, SubscriptionStatus } from "./standing";

const days = policy.dunning;

const invoice = (change: Partial<UnpaidInvoice> = {}): UnpaidInvoice => ({
  id: "in_1",
  attempts: 1,
  onTerms: false,
  failedAt: inDays(-1),
  cannotRetry: false,
  needsAction: false,
  retriesPaused: false,
  isUncollectible: false,
  isProcessing: false,
  ...change,
});
const owing = (unpaid: UnpaidInvoice[], change: Partial<DunningFacts> = {}): DunningFacts => ({
  unpaid,
  settled: [],
  subscription: { status: "past_due", collectionPaused: false },
  customerDeleted: false,
  ...change,
});
const withStatus = (status: SubscriptionStatus) => ({ subscription: { status, collectionPaused: false } });
const at = (stage: DunningStage, change: Partial<DunningCase> = {}): DunningCase => ({
  stage,
  openedAt: inDays(-1),
  pausedAt: null,
  pausedMs: 0,
  askedAt: now,
  ...change,
});
const step = (open: DunningCase | null, facts: DunningFacts, when = now) => nextDunningStep(open, facts, days, when);
const stageOf = (given: DunningStep) => (given.kind === "stand" ? given.next.stage : given.kind);
const closed = (given: DunningStep) => (given.kind === "close" ? given.outcome : given.kind);

/** The stage after a signal, from: no case, retrying, warned, downgraded, suspended. */
type Row = readonly [signal: string, facts: DunningFacts, after: readonly string[]];
const rows: Row[] = [
  ["a first attempt failed", owing([invoice()]), ["retrying", "retrying", "warned", "downgraded", "suspended"]],
  [
    "a second attempt failed",
    owing([invoice({ attempts: 2 })]),
    ["warned", "warned", "warned", "downgraded", "suspended"],
  ],
  [
    "a third attempt failed",
    owing([invoice({ attempts: 3 })]),
    ["downgraded", "downgraded", "downgraded", "downgraded", "suspended"],
  ],
  [
    "an eighth attempt failed",
    owing([invoice({ attempts: 8 })]),
    ["downgraded", "downgraded", "downgraded", "downgraded", "suspended"],
  ],
  [
    "nothing will be tried again",
    owing([invoice({ cannotRetry: true })]),
    ["warned", "warned", "warned", "downgraded", "suspended"],
  ],
  [
    "the bank wants to see the customer",
    owing([invoice({ needsAction: true })]),
    ["retrying", "retrying", "warned", "downgraded", "suspended"],
  ],
  [
    "another invoice fails",
    owing([invoice(), invoice({ id: "in_2", failedAt: now })]),
    ["retrying", "retrying", "warned", "downgraded", "suspended"],
  ],
  [
    "one of several is paid",
    owing([invoice()], { settled: ["paid"] }),
    ["retrying", "retrying", "warned", "downgraded", "suspended"],
  ],
  [
    "one of several is voided",
    owing([invoice()], { settled: ["void"] }),
    ["retrying", "retrying", "warned", "downgraded", "suspended"],
  ],
  ["the last one is paid", owing([], { settled: ["paid"] }), ["nothing", "close", "close", "close", "close"]],
  ["the last one is voided", owing([], { settled: ["void"] }), ["nothing", "close", "close", "close", "close"]],
  [
    "one is written off",
    owing([invoice({ isUncollectible: true })], withStatus("active")),
    ["downgraded", "downgraded", "downgraded", "downgraded", "suspended"],
  ],
  [
    "the subscription was canceled",
    owing([invoice()], withStatus("canceled")),
    ["downgraded", "downgraded", "downgraded", "downgraded", "suspended"],
  ],
  [
    "the subscription is unpaid",
    owing([invoice()], withStatus("unpaid")),
    ["downgraded", "downgraded", "downgraded", "downgraded", "suspended"],
  ],
  [
    "the subscription is unpaid and no invoice is known",
    owing([], withStatus("unpaid")),
    ["downgraded", "downgraded", "downgraded", "downgraded", "suspended"],
  ],
  [
    "Stripe says active again while something is owed",
    owing([invoice()], withStatus("active")),
    ["retrying", "retrying", "warned", "downgraded", "suspended"],
  ],
  ["the customer was deleted", owing([], { customerDeleted: true }), ["nothing", "close", "close", "close", "close"]],
  [
    "the payment is under way",
    owing([invoice({ isProcessing: true, attempts: 3, failedAt: inDays(-20) })]),
    ["nothing", "retrying", "warned", "downgraded", "suspended"],
  ],
];

describe("from every stage", () => {
  test.each(rows)("when %s", (_signal, facts, [none, ...after]) => {
    expect(stageOf(step(null, facts))).toBe(none);
    expect(STAGES.map((stage) => stageOf(step(at(stage), facts)))).toEqual(after);
  });

  test.each(rows)("when %s, asking again changes nothing more", (_signal, facts) => {
    for (const stage of STAGES) {
      const first = step(at(stage), facts);
      if (first.kind !== "stand") continue;
      expect(step(first.next, facts)).toMatchObject({ next: first.next, entered: [], told: null });
    }
  });

  test("no order of signals ever takes a stage back", () => {
    const standing = rows.map(([, facts]) => facts).filter((facts) => stageOf(step(at("retrying"), facts)) !== "close");
    for (const one of standing)
      for (const other of standing)
        for (const stage of STAGES) {
          const first = step(at(stage), one);
          if (first.kind !== "stand") throw new Error("a case was closed");
          const second = step(first.next, other);
          const ranks = [stage, stageOf(first), stageOf(second)].map((name) => STAGES.indexOf(name as DunningStage));
          expect(ranks).toEqual([...ranks].sort());
        }
  });
});

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
    const facts = owing([invoice({ retriesPaused: true, cannotRetry: true, failedAt: inDays(-2) })]);
    const open = at("retrying", { openedAt: inDays(-2), pausedAt: inDays(-1) });
    expect(stageOf(step(open, facts, inDays(30)))).toBe("retrying");
    const late = owing([invoice({ retriesPaused: true, failedAt: inDays(-20) })]);
    expect(step(null, late)).toMatchObject({ next: { stage: "retrying", pausedAt: inDays(-20) } });
    expect(stageOf(step(at("retrying"), owing([invoice({ retriesPaused: true, cannotRetry: true })])))).toBe(
      "retrying",
    );
  });

  test("goes on once the subscription is over, paused or not", () => {
    const open = at("downgraded", { openedAt: inDays(-14) });
    const over = owing([invoice({ retriesPaused: true })], {
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
