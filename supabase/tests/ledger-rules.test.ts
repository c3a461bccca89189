import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type ClonedDatabase, cloneDatabase } from "../../e2e/database/clone.ts";
import { Account, DAY_MS } from "./ledger.ts";

let database: ClonedDatabase;
let account: Account;
beforeAll(async () => {
  database = await cloneDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  account = await Account.open(database.sql);
});

const MINUTE = 60_000;
const included = (from: number, to: number) => ({
  category: "included",
  priority: 10,
  effective_at: account.later(from),
  expires_at: account.later(to),
});

describe("reservations", () => {
  test("a reservation holds an amount, so credits that expire beneath it cost the customer nothing twice", async () => {
    await account.grant(100, { ...included(0, 5 * MINUTE), source_id: "first" });
    await account.grant(100, { source_id: "second" });
    await account.reserve("r", 100);
    account.wait(6 * MINUTE);
    expect(await account.settle("r", 100)).toMatchObject({ ok: true, spent: 100, debt: 0 });
    expect(await account.balance()).toMatchObject({ total: 0, reserved: 0, debt: 0 });
  });

  test("what a reservation covers of an ended grant stays its own, is drawn first, and expires when uncovered", async () => {
    await account.grant(100, { ...included(0, 5 * MINUTE), source_id: "ends" });
    await account.reserve("r", 60);
    account.wait(6 * MINUTE);
    await account.grant(50, { source_id: "new" });
    expect(await account.balance()).toMatchObject({ total: 110, reserved: 60, ending: 60 });
    expect(await account.deduct(51)).toMatchObject({ code: "insufficient_credits", available: 50 });
    await account.settle("r", 40);
    expect(await account.balance()).toMatchObject({ total: 50, reserved: 0, ending: 0 });
    expect(
      (await account.entries()).map(({ operation, grants, amounts }) => ({ operation, grants, amounts })),
    ).toContainEqual({
      operation: "spend",
      grants: ["ends"],
      amounts: [40],
    });
  });

  test("what is reserved cannot be deducted, though the grant would suffice", async () => {
    await account.grant(100);
    await account.reserve("r", 60);
    expect(await account.deduct(41)).toMatchObject({ code: "insufficient_credits", available: 40, needed: 41 });
    expect(await account.deduct(40)).toMatchObject({ ok: true, available: 0 });
  });

  test("a settlement below returns the rest, and 0 is allowed", async () => {
    await account.grant(100);
    await account.reserve("a", 60);
    expect(await account.settle("a", 10)).toMatchObject({ spent: 10, balance: { total: 90, available: 90 } });
    await account.reserve("b", 60);
    expect(await account.settle("b", 0)).toMatchObject({ ok: true, spent: 0, balance: { total: 90, available: 90 } });
  });

  test("a settlement above takes free credits, then overage, then debt, and never another reservation's credits", async () => {
    await account.grant(100);
    await account.call("set_overage", { cap: 20 });
    await account.reserve("other", 30);
    await account.reserve("r", 50, { overage_permitted: 1000 });
    expect(await account.settle("r", 100)).toMatchObject({
      spent: 100,
      overage: 20,
      debt: 10,
      balance: { total: 30, reserved: 30, available: 0, debt: 10 },
    });
    expect((await account.entries()).filter(({ operation }) => operation === "spend")).toMatchObject([
      { credits: -80, overage: 20, debt: 10, amounts: [70] },
    ]);
    expect(await account.settle("other", 30)).toMatchObject({ ok: true, spent: 30 });
  });

  test("credits that have become free meanwhile are used before reserved overage", async () => {
    await account.call("set_overage", { cap: 100 });
    expect(await account.reserve("r", 40, { overage_permitted: 100 })).toMatchObject({ overage: 40 });
    await account.grant(30);
    expect(await account.settle("r", 40)).toMatchObject({
      spent: 40,
      overage: 10,
      balance: { overage_used: 10, total: 0 },
    });
  });

  test("overage that was reserved is kept when the owner lowers the cap meanwhile", async () => {
    await account.call("set_overage", { cap: 100 });
    await account.reserve("r", 40, { overage_permitted: 100 });
    await account.call("set_overage", { cap: 0 });
    expect(await account.settle("r", 40)).toMatchObject({ overage: 40, debt: 0 });
    expect(await account.reserve("next", 1, { overage_permitted: 100 })).toMatchObject({
      code: "insufficient_credits",
    });
  });

  test("asked again, a closed reservation gives its first answer or says that it is closed", async () => {
    await account.grant(100);
    await account.reserve("r", 50);
    const first = await account.settle("r", 20);
    expect(await account.settle("r", 20)).toEqual({ ...first, code: "duplicate" });
    expect(await account.settle("r", 21)).toEqual({ ok: false, code: "reservation_closed" });
    expect(await account.release("r")).toEqual({ ok: false, code: "reservation_closed" });
    await account.reserve("q", 50);
    expect(await account.release("q")).toEqual({ ok: true, code: "released" });
    expect(await account.release("q")).toEqual({ ok: true, code: "duplicate" });
    expect(await account.settle("q", 5)).toEqual({ ok: false, code: "reservation_closed" });
    expect(await account.balance()).toMatchObject({ total: 80, reserved: 0 });
  });

  test("a silent reservation is billed at its last heartbeat as an estimate, and a late settlement bills the difference once", async () => {
    await account.grant(100);
    await account.reserve("r", 50, { feature: "assistant" });
    await account.call("heartbeat_reservation", { key: "r", used_so_far: 20, time_to_live_seconds: 600 });
    account.wait(11 * MINUTE);
    await account.sweep();
    expect(await account.balance()).toMatchObject({ total: 80, reserved: 0 });
    const [event] = await database.sql`
      select credits::int, estimated, feature from public.usage_events where account_id = ${account.id}`;
    expect(event).toEqual({ credits: 20, estimated: true, feature: "assistant" });
    const late = await account.settle("r", 35);
    expect(late).toMatchObject({ ok: true, code: "settled", spent: 15, balance: { total: 65 } });
    expect(await account.settle("r", 35)).toEqual({ ...late, code: "duplicate" });
    expect(await account.settle("r", 36)).toMatchObject({ code: "reservation_closed" });
  });

  test("a heartbeat renews a reservation, and one that comes too late is told so", async () => {
    await account.grant(100);
    await account.reserve("r", 50);
    const beat = () => account.call("heartbeat_reservation", { key: "r", used_so_far: 5, time_to_live_seconds: 600 });
    account.wait(9 * MINUTE);
    expect(await beat()).toEqual({ ok: true, code: "renewed" });
    account.wait(9 * MINUTE);
    expect(await account.balance()).toMatchObject({ reserved: 50 });
    account.wait(2 * MINUTE);
    expect(await beat()).toEqual({ ok: false, code: "reservation_closed" });
    expect(await account.balance()).toMatchObject({ total: 95, reserved: 0 });
  });
});

describe("the order of spending", () => {
  test("credits go by priority, then soonest-expiring, then oldest, and every one is attributed", async () => {
    await account.grant(10, { source_id: "bought" });
    await account.grant(10, { ...included(0, 9 * DAY_MS), source_id: "later" });
    await account.grant(10, { ...included(0, 2 * DAY_MS), source_id: "sooner" });
    await account.grant(10, { ...included(-MINUTE, 9 * DAY_MS), source_id: "older" });
    await account.deduct(35);
    const spend = (await account.entries()).find(({ operation }) => operation === "spend");
    expect(spend).toMatchObject({ grants: ["sooner", "older", "later", "bought"], amounts: [10, 10, 10, 5] });
  });

  test("after credits comes overage to the smaller of cap and permission, and no further", async () => {
    await account.grant(10);
    await account.call("set_overage", { cap: 30 });
    expect(await account.deduct(30, { overage_permitted: 15 })).toMatchObject({ code: "insufficient_credits" });
    expect(await account.deduct(30, { overage_permitted: 50 })).toMatchObject({ code: "deducted", overage: 20 });
    expect(await account.deduct(11, { overage_permitted: 50 })).toMatchObject({ code: "insufficient_credits" });
    expect(await account.deduct(10, { overage_permitted: 50 })).toMatchObject({ code: "deducted", overage: 10 });
  });

  test("overage starts from 0 in a later period, and a late message about an earlier one changes nothing", async () => {
    const period = (from: number) => ({
      period_starts_at: account.later(from),
      period_ends_at: account.later(from + 30 * DAY_MS),
    });
    const first = period(0);
    await account.call("set_overage", { cap: 30, ...first });
    await account.deduct(30, { overage_permitted: 50 });
    account.wait(30 * DAY_MS);
    const second = period(0);
    expect(await account.deduct(25, { overage_permitted: 50 })).toMatchObject({ overage: 25 });
    expect(await account.call("set_overage", second)).toMatchObject({ used: 25, cap: 30 });
    expect(await account.call("set_overage", first)).toMatchObject({ used: 25 });
    expect(await account.deduct(6, { overage_permitted: 50 })).toMatchObject({ code: "insufficient_credits" });
    account.wait(DAY_MS);
    expect(await account.call("set_overage", period(0))).toMatchObject({ used: 0 });
    expect(await account.deduct(30, { overage_permitted: 50 })).toMatchObject({ overage: 30 });
  });
});

describe("what happens by itself", () => {
  test("an expiry is saved even when the call that met it is refused", async () => {
    await account.grant(100, included(0, MINUTE));
    account.wait(MINUTE);
    expect(await account.deduct(10)).toMatchObject({ code: "insufficient_credits", available: 0 });
    expect(await account.balance()).toMatchObject({ total: 0 });
    expect((await account.entries()).map(({ operation }) => operation)).toEqual(["grant", "expire"]);
  });

  test("twelve months granted at once begin and end each in its time, and can be voided", async () => {
    for (let month = 0; month < 12; month += 1) {
      await account.grant(100, {
        ...included(month * 30 * DAY_MS, (month + 1) * 30 * DAY_MS),
        source: "year",
        source_id: `${account.id}:${month}`,
      });
    }
    expect(await account.balance()).toMatchObject({ total: 100 });
    expect((await account.summary()).grants).toHaveLength(12);
    account.wait(30 * DAY_MS);
    expect(await account.summary()).toMatchObject({ total: 100, available: 100 });
    for (let month = 1; month < 12; month += 1) {
      const answer = await account.call("void_grant", {
        source: "year",
        source_id: `${account.id}:${month}`,
        key: `stop ${month}`,
      });
      expect(answer).toMatchObject({ code: "voided", voided: 100 });
    }
    account.wait(90 * DAY_MS);
    expect(await account.summary()).toMatchObject({ total: 0, grants: [] });
  });

  test("a quiet account is brought up to date by the sweep, twice at once without harm", async () => {
    await account.grant(100, included(0, MINUTE));
    account.wait(2 * MINUTE);
    const answers = await Promise.all([account.sweep(), account.sweep(), account.sweep()]);
    expect(answers.every(({ ok, failed }) => ok && (failed as unknown[]).length === 0)).toBe(true);
    expect((await account.entries()).filter(({ operation }) => operation === "expire")).toHaveLength(1);
  });

  test("an earlier time than the last one counts as the last one", async () => {
    await account.grant(100, included(0, MINUTE));
    account.wait(2 * MINUTE);
    await account.summary();
    account.wait(-2 * MINUTE);
    expect(await account.deduct(10)).toMatchObject({ code: "insufficient_credits", available: 0 });
    await account.grant(50, included(0, MINUTE));
    expect(await account.balance()).toMatchObject({ total: 0 });
    const [row] = await database.sql`select as_of from public.credit_balances where account_id = ${account.id}`;
    expect(row?.as_of).toEqual(account.later(2 * MINUTE));
  });
});

describe("debt", () => {
  test("usage that has already happened is never refused, and says when it went over the limit", async () => {
    await account.grant(10);
    await account.call("set_overage", { cap: 5 });
    expect(await account.record([8], { overage_permitted: 5 })).toMatchObject({ ok: true, over_limit: false });
    expect(await account.record([0, 10], { overage_permitted: 5 })).toMatchObject({
      results: [{ code: "ok" }, { code: "ok" }],
      over_limit: true,
      balance: { debt: 3, overage_used: 5, available: 0 },
    });
  });

  test("in debt, nothing new may be reserved or deducted, not even as overage", async () => {
    await account.record([10]);
    await account.call("set_overage", { cap: 500 });
    expect(await account.reserve("r", 1, { overage_permitted: 500 })).toEqual({ ok: false, code: "in_debt" });
    expect(await account.deduct(1, { overage_permitted: 500 })).toEqual({ ok: false, code: "in_debt" });
    expect(await account.record([5], { overage_permitted: 500 })).toMatchObject({
      balance: { debt: 15, overage_used: 0 },
    });
  });

  test("whatever makes credits available repays debt first, in the same transaction", async () => {
    await account.grant(50);
    await account.reserve("r", 50);
    await account.record([30]);
    expect(await account.balance()).toMatchObject({ total: 50, reserved: 50, debt: 30 });
    await account.settle("r", 30);
    expect(await account.balance()).toMatchObject({ total: 0, reserved: 0, debt: 10 });
    await account.grant(25);
    expect(await account.balance()).toMatchObject({ total: 15, debt: 0 });
    expect((await account.entries()).filter(({ operation }) => operation === "repay")).toMatchObject([
      { debt: -20, amounts: [20] },
      { debt: -10, amounts: [10] },
    ]);
  });
});

describe("claw-back", () => {
  const share = (cents: number, key: string, source_id: string) => ({
    source: "pack",
    source_id,
    taken_back_cents: cents,
    charged_cents: 1000,
    key,
  });

  test("refunds and disputes of one payment together take each credit back once", async () => {
    const id = account.id;
    await account.grant(100, { source_id: id });
    expect(await account.call("claw_back", share(333, "a", id))).toMatchObject({ taken: 34, debt: 0 });
    expect(await account.call("claw_back", share(333, "b", id))).toMatchObject({ taken: 0 });
    expect(await account.call("claw_back", share(1500, "c", id))).toMatchObject({ taken: 66, debt: 0 });
    expect(await account.balance()).toMatchObject({ total: 0, debt: 0 });
  });

  test("it takes the grant's free rest, then other free credits, then makes debt, and leaves reservations alone", async () => {
    const id = account.id;
    await account.grant(100, { source_id: id, priority: 10 });
    await account.deduct(60);
    await account.grant(30, { source_id: `${id} other` });
    await account.reserve("r", 50);
    expect(await account.call("claw_back", share(1000, "a", id))).toMatchObject({ taken: 100, debt: 80 });
    expect(await account.balance()).toMatchObject({ total: 50, reserved: 50, debt: 80 });
    expect(await account.settle("r", 20)).toMatchObject({ spent: 20, debt: 0 });
    expect(await account.balance()).toMatchObject({ total: 0, debt: 50 });
  });

  test("what had expired or was voided is not taken again", async () => {
    const id = account.id;
    await account.grant(100, { source_id: id, expires_at: account.later(MINUTE) });
    await account.deduct(30);
    account.wait(MINUTE);
    expect(await account.call("claw_back", share(1000, "a", id))).toMatchObject({ taken: 30, debt: 30 });
  });

  test("reinstating gives back what was taken: debt first, the rest anew for at least 30 days", async () => {
    const id = account.id;
    await account.grant(100, { source_id: id, expires_at: account.later(10 * DAY_MS) });
    await account.deduct(80);
    await account.call("claw_back", share(1000, "a", id));
    expect(await account.balance()).toMatchObject({ total: 0, debt: 80 });
    const answer = await account.call("reinstate", share(0, `${id} back`, id));
    expect(answer).toMatchObject({ returned: 100, repaid: 80 });
    const summary = await account.summary();
    expect(summary).toMatchObject({
      total: 20,
      debt: 0,
      grants: [{ id: answer.grant_id, amount: 20, source: "restore" }],
    });
    const [restored] = summary.grants as Array<{ expires_at: string }>;
    expect(new Date(restored?.expires_at ?? "")).toEqual(account.later(30 * DAY_MS));
    expect(await account.call("reinstate", share(0, `${id} again`, id))).toMatchObject({ returned: 0, grant_id: null });
  });

  test("what an included grant had left itself comes back no more after its period, what other credits paid for it does", async () => {
    const id = account.id;
    const terms = { category: "included", priority: 10, expires_at: account.later(10 * DAY_MS) };
    await account.grant(100, { source_id: id, ...terms });
    await account.deduct(30);
    await account.grant(20, { source_id: `${id} pack` });
    expect(await account.call("claw_back", share(1000, "a", id))).toMatchObject({ taken: 100, debt: 10 });
    account.wait(11 * DAY_MS);
    const answer = await account.call("reinstate", share(0, `${id} back`, id));
    expect(answer).toMatchObject({ returned: 30, repaid: 10 });
    expect(await account.summary()).toMatchObject({
      total: 20,
      debt: 0,
      grants: [{ id: answer.grant_id, amount: 20 }],
    });
    expect(await account.call("reinstate", share(0, `${id} again`, id))).toMatchObject({ returned: 0, grant_id: null });
  });

  test("what was bought comes back however long it was away", async () => {
    const id = account.id;
    await account.grant(100, { source_id: id, category: "paid", expires_at: account.later(10 * DAY_MS) });
    await account.call("claw_back", share(1000, "a", id));
    account.wait(100 * DAY_MS);
    expect(await account.call("reinstate", share(0, `${id} back`, id))).toMatchObject({ returned: 100, repaid: 0 });
    expect(await account.balance()).toMatchObject({ total: 100 });
  });
});

describe("freezing", () => {
  test("a frozen account spends nothing new, but its open reservations settle", async () => {
    await account.grant(100);
    await account.reserve("r", 50);
    expect(await account.call("freeze_credits", { frozen: true, key: "f" })).toEqual({ ok: true, code: "frozen" });
    expect(await account.reserve("q", 1)).toEqual({ ok: false, code: "account_frozen" });
    expect(await account.deduct(1)).toEqual({ ok: false, code: "account_frozen" });
    expect(await account.settle("r", 50)).toMatchObject({ ok: true });
    expect(await account.call("freeze_credits", { frozen: false, key: "g" })).toEqual({ ok: true, code: "unfrozen" });
    expect(await account.deduct(1)).toMatchObject({ ok: true });
  });

  test("bought credits outlast a freeze by at least 30 days; an allowance ends when it ends", async () => {
    await account.grant(100, { expires_at: account.later(5 * DAY_MS) });
    await account.grant(100, included(0, 5 * DAY_MS));
    await account.call("freeze_credits", { frozen: true, key: "f" });
    account.wait(10 * DAY_MS);
    expect(await account.summary()).toMatchObject({ total: 100 });
    await account.call("freeze_credits", { frozen: false, key: "g" });
    account.wait(30 * DAY_MS - 1);
    expect(await account.summary()).toMatchObject({ total: 100 });
    account.wait(1);
    expect(await account.summary()).toMatchObject({ total: 0 });
  });
});

describe("low credit", () => {
  const mails = () => database.sql`
    select data from public.mail_outbox where account_id = ${account.id} and kind = 'low_credit' order by queued_at`;

  test("falling to 20 % of the total after the last grant is told once, until a grant lifts it again", async () => {
    await account.grant(1000);
    await account.deduct(799);
    expect(await mails()).toHaveLength(0);
    await account.deduct(1);
    await account.deduct(100);
    expect([...(await mails())]).toEqual([{ data: { available: 200, threshold: 200, overage: "off" } }]);
    await account.grant(1000);
    await account.deduct(900);
    expect(await mails()).toHaveLength(2);
  });

  test.each([
    [0, "off"],
    [500, "on"],
  ])("the warning with a cap of %i on overage says that it is %s", async (cap, overage) => {
    await account.call("set_overage", {
      cap,
      period_starts_at: account.now,
      period_ends_at: account.later(30 * DAY_MS),
    });
    await account.grant(1000);
    await account.deduct(1000, { overage_permitted: cap });
    expect([...(await mails())]).toEqual([{ data: { available: 0, threshold: 200, overage } }]);
  });

  test("reserving is no reason to warn; settling is", async () => {
    await account.grant(1000);
    await account.reserve("r", 900);
    expect(await mails()).toHaveLength(0);
    await account.settle("r", 850);
    expect(await mails()).toHaveLength(1);
  });

  test("the end of an allowance by itself is no reason to warn; spending while low is, once", async () => {
    await account.grant(1000, included(0, 30 * DAY_MS));
    await account.grant(100);
    account.wait(30 * DAY_MS);
    expect(await account.summary()).toMatchObject({ total: 100, is_low: true });
    expect(await mails()).toHaveLength(0);
    account.wait(MINUTE);
    await account.grant(300, included(0, 30 * DAY_MS));
    await account.deduct(300);
    expect(await mails()).toHaveLength(0);
    account.wait(30 * DAY_MS);
    await account.deduct(20);
    await account.deduct(1);
    await account.record([1]);
    expect(await mails()).toHaveLength(1);
  });

  test("the end of a trial is no reason to warn, since the plan's own credits come a moment later", async () => {
    await account.grant(1000, { ...included(0, 14 * DAY_MS), category: "promotional", source: "trial" });
    account.wait(14 * DAY_MS);
    expect(await account.summary()).toMatchObject({ total: 0, is_low: true });
    await account.sweep();
    expect(await mails()).toHaveLength(0);
  });

  test("credits that begin when others end count before anybody is warned", async () => {
    const month = (from: number) => ({ ...included(from, from + 30 * DAY_MS), category: "promotional" });
    await account.grant(1000, month(0));
    await account.grant(1000, month(30 * DAY_MS));
    account.wait(30 * DAY_MS);
    await account.sweep();
    expect(await account.summary()).toMatchObject({ total: 1000, is_low: false });
    expect(await mails()).toHaveLength(0);
    await account.deduct(900);
    expect(await mails()).toHaveLength(1);
  });

  test("credits that end and have no successor warn, as a claw-back does, at the founder's threshold", async () => {
    await account.grant(600, { ...included(0, MINUTE), category: "promotional", low_credit_percent: 50 });
    await account.grant(600, { source_id: account.id });
    account.wait(MINUTE);
    await account.summary();
    expect([...(await mails())]).toEqual([{ data: { available: 600, threshold: 600, overage: "off" } }]);
    await account.grant(700);
    await account.call("claw_back", {
      source: "pack",
      source_id: account.id,
      taken_back_cents: 10,
      charged_cents: 10,
      key: "c",
    });
    expect(await mails()).toHaveLength(1);
    await account.deduct(50);
    expect(await mails()).toHaveLength(2);
  });

  test("many calls at once that cross the threshold queue one mail", async () => {
    await account.grant(1000);
    await Promise.all(Array.from({ length: 50 }, () => account.deduct(18)));
    expect(await mails()).toHaveLength(1);
  });
});
