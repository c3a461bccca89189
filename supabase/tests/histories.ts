import fc from "fast-check";
import type { Call } from "@/lib/credits/reference";

/** A call on one of the accounts of a history; the numbers in `at` are milliseconds before the present. */
export interface Act {
  account: number;
  call: Call;
  lateByMs: number;
}

/** What happens next: time passes, then calls are made, one after the other or all at once. */
export type Step = { afterMs: number } & (
  | { kind: "call"; act: Act }
  | { kind: "burst"; acts: Act[]; kills: number[] }
  | { kind: "sweep" }
  | { kind: "look"; account: number }
);

/** When every history begins. */
export const BEGINNING = Date.UTC(2026, 10, 1);
export const ACCOUNTS = 3;
const HOUR = 3_600_000;

const key = fc.integer({ min: 0, max: 9 }).map((n) => `k${n}`);
const amount = fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 1, max: 260 }) }, fc.constantFrom(0, 1, 1000));
const cause = { source: fc.constantFrom("pack", "allowance"), source_id: fc.integer({ min: 0, max: 4 }).map(String) };
// Moments stand on a grid, so that asking again asks for the same, and changes fall together.
const moment = fc.integer({ min: 0, max: 60 }).map((n) => BEGINNING + n * HOUR);
const permitted = fc.constantFrom(0, 50, 500);
const seconds = fc.constantFrom(600, 3600, 14_400);
const share = { taken_back_cents: fc.constantFrom(0, 250, 333, 1000, 1500), charged_cents: fc.constant(1000) };
const item = fc.record({ key, amount: fc.integer({ min: 1, max: 120 }), feature: fc.constantFrom("summary", "image") });

const grant = fc
  .record(
    {
      name: fc.constant("grant_credits" as const),
      ...cause,
      amount,
      category: fc.constantFrom("paid", "included", "promotional"),
      priority: fc.constantFrom(10, 20),
      effective_at: moment,
      expires_at: moment,
      low_credit_percent: fc.constantFrom(0, 20, 50),
    },
    { requiredKeys: ["name", "source", "source_id", "amount", "category", "priority"] },
  )
  .filter(
    ({ effective_at, expires_at }) =>
      effective_at === undefined || expires_at === undefined || expires_at > effective_at,
  );

const call: fc.Arbitrary<Call> = fc.oneof(
  { weight: 6, arbitrary: grant },
  { weight: 1, arbitrary: fc.record({ name: fc.constant("void_grant" as const), ...cause, key }) },
  {
    weight: 7,
    arbitrary: fc.record({
      name: fc.constant("reserve_credits" as const),
      key,
      amount,
      time_to_live_seconds: seconds,
      overage_permitted: permitted,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      name: fc.constant("heartbeat_reservation" as const),
      key,
      used_so_far: fc.integer({ min: 0, max: 200 }),
      time_to_live_seconds: seconds,
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      name: fc.constant("settle_reservation" as const),
      key,
      amount: fc.integer({ min: 0, max: 300 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ name: fc.constant("release_reservation" as const), key }) },
  {
    weight: 6,
    arbitrary: fc.record({
      name: fc.constant("deduct_credits" as const),
      key,
      amount,
      feature: fc.constantFrom("summary", "image"),
      overage_permitted: permitted,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      name: fc.constant("deduct_many" as const),
      items: fc.array(item, { minLength: 1, maxLength: 5 }),
      overage_permitted: permitted,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      name: fc.constant("record_usage" as const),
      items: fc.array(fc.record({ key, amount: fc.integer({ min: 0, max: 120 }) }), { minLength: 1, maxLength: 5 }),
      overage_permitted: permitted,
    }),
  },
  { weight: 2, arbitrary: fc.record({ name: fc.constant("claw_back" as const), ...cause, ...share, key }) },
  { weight: 2, arbitrary: fc.record({ name: fc.constant("reinstate" as const), ...cause, ...share, key }) },
  { weight: 1, arbitrary: fc.record({ name: fc.constant("freeze_credits" as const), frozen: fc.boolean(), key }) },
  {
    weight: 2,
    arbitrary: fc.oneof(
      fc.record({ name: fc.constant("set_overage" as const), cap: fc.constantFrom(0, 40, 300) }),
      fc
        .record({ name: fc.constant("set_overage" as const), cap: fc.constantFrom(40, 300), period_starts_at: moment })
        .map((call) => ({ ...call, period_ends_at: call.period_starts_at + 20 * HOUR })),
    ),
  },
);

const act: fc.Arbitrary<Act> = fc.record({
  account: fc.integer({ min: 0, max: ACCOUNTS - 1 }),
  call,
  lateByMs: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.integer({ min: 0, max: 2 * HOUR })),
});

const afterMs = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 2 * HOUR }), fc.constant(HOUR));

/** A random life of a few accounts. */
export const history: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 12, arbitrary: fc.record({ kind: fc.constant("call" as const), afterMs, act }) },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant("burst" as const),
        afterMs,
        acts: fc.array(act, { minLength: 2, maxLength: 8 }),
        kills: fc.uniqueArray(fc.integer({ min: 0, max: 7 }), { maxLength: 3 }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("sweep" as const), afterMs }) },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant("look" as const),
        afterMs,
        account: fc.integer({ min: 0, max: ACCOUNTS - 1 }),
      }),
    },
  ),
  { minLength: 40, maxLength: 70, size: "max" },
);
