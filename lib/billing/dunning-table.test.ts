import { describe, expect, test } from "vitest";
import { type DunningFacts, type DunningStep, nextDunningStep, STAGES } from "./dunning";
import { policy } from "./plans";
import { at, invoice, owing, withStatus } from "./sample-debts";
import { inDays, now } from "./sample-standing";
import type { DunningStage } from "./standing";

const step = (stage: DunningStage | null, facts: DunningFacts) =>
  nextDunningStep(stage && at(stage), facts, policy.dunning, now);

function outcomeOf(given: DunningStep): string {
  if (given.kind === "close") return `closed as ${given.outcome}`;
  if (given.kind === "nothing") return "nothing";
  return given.next.pausedAt ? `${given.next.stage}, clock stopped` : given.next.stage;
}

const COLUMNS = [null, ...STAGES] as const;
type Outcomes = readonly [none: string, retrying: string, warned: string, downgraded: string, suspended: string];
interface Row {
  readonly signal: string;
  readonly facts: DunningFacts;
  readonly after: Outcomes;
}

const STAY: Outcomes = ["retrying", "retrying", "warned", "downgraded", "suspended"];
const WARNED: Outcomes = ["warned", "warned", "warned", "downgraded", "suspended"];
const DOWNGRADED: Outcomes = ["downgraded", "downgraded", "downgraded", "downgraded", "suspended"];
const STOPPED = STAY.map((stage) => `${stage}, clock stopped`) as unknown as Outcomes;
const closes = (outcome: string): Outcomes => [
  "nothing",
  ...(STAGES.map(() => `closed as ${outcome}`) as [string, string, string, string]),
];

/** What follows from each signal for an account without a case, and for one at each stage. */
const TABLE: readonly Row[] = [
  { signal: "the first attempt failed", facts: owing([invoice()]), after: STAY },
  { signal: "the second attempt failed", facts: owing([invoice({ attempts: 2 })]), after: WARNED },
  { signal: "the third attempt failed", facts: owing([invoice({ attempts: 3 })]), after: DOWNGRADED },
  { signal: "the eighth attempt failed", facts: owing([invoice({ attempts: 8 })]), after: DOWNGRADED },
  { signal: "the bank refuses for good", facts: owing([invoice({ isRefusedForGood: true })]), after: WARNED },
  { signal: "no further attempt is planned", facts: owing([invoice({ collection: "over" })]), after: WARNED },
  { signal: "the bank wants to see the customer", facts: owing([invoice({ needsAction: true })]), after: STAY },
  {
    signal: "another invoice fails",
    facts: owing([invoice(), invoice({ id: "in_2", failedAt: now })]),
    after: STAY,
  },
  {
    signal: "the furthest of several invoices decides",
    facts: owing([invoice(), invoice({ id: "in_2", attempts: 2 })]),
    after: WARNED,
  },
  { signal: "one of several is paid", facts: owing([invoice()], { settled: ["paid"] }), after: STAY },
  { signal: "one of several is voided", facts: owing([invoice()], { settled: ["void"] }), after: STAY },
  { signal: "the last one is paid", facts: owing([], { settled: ["paid"] }), after: closes("paid") },
  { signal: "the last one is voided", facts: owing([], { settled: ["void"] }), after: closes("forgiven") },
  {
    signal: "the last one is voided after another was paid",
    facts: owing([], { settled: ["paid", "void"] }),
    after: closes("paid"),
  },
  {
    signal: "an invoice is written off",
    facts: owing([invoice({ isUncollectible: true })], withStatus("active")),
    after: DOWNGRADED,
  },
  { signal: "the subscription is canceled", facts: owing([invoice()], withStatus("canceled")), after: DOWNGRADED },
  { signal: "the subscription is unpaid", facts: owing([invoice()], withStatus("unpaid")), after: DOWNGRADED },
  {
    signal: "the subscription is unpaid and no invoice is known",
    facts: owing([], withStatus("unpaid")),
    after: DOWNGRADED,
  },
  {
    signal: "Stripe says active again while something is owed",
    facts: owing([invoice()], withStatus("active")),
    after: STAY,
  },
  {
    signal: "collection of the subscription is paused",
    facts: owing([invoice()], { subscription: { status: "past_due", collectionPaused: true } }),
    after: STOPPED,
  },
  {
    signal: "a person has stopped the retries",
    facts: owing([invoice({ collection: "stopped" })]),
    after: STOPPED,
  },
  {
    signal: "3 days have passed",
    facts: owing([invoice({ failedAt: inDays(-3) })]),
    after: WARNED,
  },
  {
    signal: "7 days have passed",
    facts: owing([invoice({ failedAt: inDays(-7) })]),
    after: DOWNGRADED,
  },
  {
    signal: "14 days have passed",
    facts: owing([invoice({ failedAt: inDays(-14) })]),
    after: ["suspended", "suspended", "suspended", "suspended", "suspended"],
  },
  { signal: "the customer is deleted", facts: owing([], { customerDeleted: true }), after: closes("lost") },
  {
    signal: "an invoice on terms is past its date",
    facts: owing([invoice({ onTerms: true, attempts: 0, failedAt: inDays(-1) })]),
    after: STAY,
  },
  {
    signal: "the payment is under way",
    facts: owing([invoice({ isProcessing: true, attempts: 3, failedAt: inDays(-20) })]),
    after: ["nothing", "retrying", "warned", "downgraded", "suspended"],
  },
];

describe.each(TABLE)("when $signal", ({ facts, after }) => {
  const cells = COLUMNS.map((stage, column) => ({ from: stage ?? "no case", stage, outcome: String(after[column]) }));

  test.each(cells)("from $from: $outcome", ({ stage, outcome }) => {
    expect(outcomeOf(step(stage, facts))).toBe(outcome);
  });

  test("asking again brings no further effect and no mail", () => {
    for (const stage of STAGES) {
      const first = step(stage, facts);
      if (first.kind !== "stand") continue;
      expect(nextDunningStep(first.next, facts, policy.dunning, now)).toMatchObject({
        next: first.next,
        entered: [],
        told: null,
      });
    }
  });
});

test("no order of signals ever takes a stage back", () => {
  const standing = TABLE.map(({ facts }) => facts).filter((facts) => step("retrying", facts).kind === "stand");
  for (const one of standing)
    for (const other of standing)
      for (const stage of STAGES) {
        const first = step(stage, one);
        if (first.kind !== "stand") throw new Error("a case was closed");
        const second = nextDunningStep(first.next, other, policy.dunning, now);
        if (second.kind !== "stand") throw new Error("a case was closed");
        const ranks = [stage, first.next.stage, second.next.stage].map((name) => STAGES.indexOf(name));
        expect(ranks).toEqual([...ranks].sort());
      }
});
