import { randomUUID } from "node:crypto";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ClonedDatabase, cloneDatabase } from "@/e2e/database/clone";
import { createPerson } from "@/e2e/database/people";
import { windowOf } from "@/lib/billing/metering";

let database: ClonedDatabase;
let sql: postgres.Sql;
beforeAll(async () => {
  database = await cloneDatabase();
  sql = postgres(`${database.url}?ledgerline.movable_clock=on`, { max: 4, onnotice: () => undefined });
});
afterAll(async () => {
  await sql.end();
  await database.drop();
});

const DAY = 86_400_000;
const START = new Date("2026-11-01T09:02:31Z");
const END = new Date("2026-12-01T09:02:31Z");
const time = (text: string) => new Date(`2026-11-10T${text}Z`);
const A_LOT = 5_000_000;

async function account(): Promise<string> {
  const { accountId } = await createPerson(sql);
  await sql`select public.set_overage(${accountId}, ${START}, ${A_LOT}, ${START}, ${END})`;
  return accountId;
}

async function spend(id: string, amount: number, at: Date): Promise<void> {
  const [answer] = await sql<Array<{ code: string }>>`
    select public.deduct_credits(${id}, ${randomUUID()}, ${amount}, 'assistant', ${at}, ${A_LOT}) ->> 'code' as code`;
  expect(answer?.code).toBe("deducted");
}

async function windows(id: string) {
  const rows = await sql<Array<{ start: Date; end: Date; value: string; revision: number; state: string; at: Date }>>`
    select window_start_at as start, window_end_at as end, value, revision, state, event_at as at
    from public.meter_outbox where account_id = ${id} order by window_start_at, revision`;
  return rows.map(({ value, ...row }) => ({ ...row, value: Number(value) }));
}

const close = (at: Date) => sql`select public.close_meter_windows(1000, ${at})`;
const ledger = async (id: string) => {
  const [row] = await sql<Array<{ used: string; before: string }>>`
    select overage_used as used, overage_before as before from public.credit_balances where account_id = ${id}`;
  return { used: Number(row?.used), before: Number(row?.before) };
};

describe("a window", () => {
  test("is five minutes of the clock, holds all of their overage, and is dated to the first use", async () => {
    const id = await account();
    await spend(id, 5, time("12:01:10.250"));
    await spend(id, 6, time("12:04:59.999"));
    await spend(id, 7, time("12:05:00"));
    expect(await windows(id)).toEqual([
      { start: time("12:00:00"), end: time("12:05:00"), value: 11, revision: 0, state: "open", at: time("12:01:10") },
      { start: time("12:05:00"), end: time("12:10:00"), value: 7, revision: 0, state: "open", at: time("12:05:00") },
    ]);
  });

  test("ends where the period ends, to the second, and is frozen there at once", async () => {
    const id = await account();
    await spend(id, 5, new Date(END.getTime() - 1));
    expect((await windows(id))[0]).toMatchObject({ start: new Date("2026-12-01T09:00:00Z"), end: END });
    await close(END);
    await spend(id, 6, END);
    expect((await windows(id)).map(({ state, value }) => [state, value])).toEqual([
      ["closed", 5],
      ["open", 6],
    ]);
    expect((await windows(id))[1]).toMatchObject({ start: END, end: new Date("2026-12-01T09:05:00Z") });
  });

  test("is frozen a minute after its end otherwise, since servers' clocks differ", async () => {
    const id = await account();
    await spend(id, 5, time("12:01:10"));
    await close(time("12:05:59"));
    expect((await windows(id))[0]?.state).toBe("open");
    await close(time("12:06:00"));
    expect((await windows(id))[0]?.state).toBe("closed");
  });

  test("that is frozen gets another revision with the difference alone", async () => {
    const id = await account();
    await spend(id, 5, time("12:01:10"));
    await sql`update public.meter_outbox set state = 'closed', next_attempt_at = window_end_at where account_id = ${id}`;
    await spend(id, 6, time("12:02:00"));
    await spend(id, 7, time("12:03:00"));
    expect((await windows(id)).map(({ revision, value, state }) => [revision, value, state])).toEqual([
      [0, 5, "closed"],
      [1, 13, "open"],
    ]);
  });

  test("that was cut goes on in a window of its own", async () => {
    const id = await account();
    await spend(id, 5, time("12:01:10"));
    await sql`select public.cut_meter_windows(${id}, ${time("12:02:00")})`;
    await spend(id, 6, time("12:02:00"));
    expect(await windows(id)).toMatchObject([
      { start: time("12:00:00"), end: time("12:02:00"), value: 5, state: "closed" },
      { start: time("12:02:00"), end: time("12:05:00"), value: 6, state: "open" },
    ]);
  });

  test("is cut where a new period begins in the midst of it", async () => {
    const id = await account();
    await spend(id, 5, time("12:01:10"));
    await sql`select public.set_overage(${id}, ${time("12:03:00")}, null, ${time("12:02:30")}, ${new Date(time("12:02:30").getTime() + 30 * DAY)})`;
    await spend(id, 6, time("12:03:00"));
    expect(await windows(id)).toMatchObject([
      { start: time("12:00:00"), end: time("12:02:30"), value: 5, state: "closed" },
      { start: time("12:02:30"), end: time("12:05:00"), value: 6, state: "open" },
    ]);
  });

  test("is what the rule in lib/billing says", async () => {
    const id = await account();
    for (const text of ["00:00:00", "07:59:59.999", "13:33:33", "23:59:59"]) await spend(id, 1, time(text));
    await spend(id, 1, new Date(END.getTime() - 1));
    const period = { start: START, end: END };
    const used = [..."00:00:00 07:59:59.999 13:33:33 23:59:59".split(" ").map(time), new Date(END.getTime() - 1)];
    expect((await windows(id)).map(({ start, end }) => ({ start, end }))).toEqual(
      used.map((at) => windowOf(at, period)),
    );
  });
});

describe("the windows hold exactly the ledger's overage", () => {
  test("by each way of billing", async () => {
    const id = await account();
    const at = time("12:00:30");
    const permitted = A_LOT;
    await spend(id, 10, at);
    const items = JSON.stringify([
      { key: "a", amount: 20, feature: "x" },
      { key: "b", amount: 3, feature: "x" },
    ]);
    await sql`select public.deduct_many(${id}, ${items}::text::jsonb, ${at}, ${permitted})`;

    const used = { feature: "x", occurred_at: at.toISOString() };
    const usage = JSON.stringify([{ key: "c", amount: 30, usage: used }]);
    await sql`select public.record_usage(${id}, ${usage}::text::jsonb, ${at}, ${permitted})`;
    await sql`select public.reserve_credits(${id}, 'settled', 50, 60, ${at}, ${permitted})`;
    await sql`select public.settle_reservation(${id}, 'settled', 40, ${JSON.stringify(used)}::text::jsonb, ${at})`;
    await sql`select public.reserve_credits(${id}, 'silent', 50, 60, ${at}, ${permitted})`;
    await sql`select public.heartbeat_reservation(${id}, 'silent', 7, 60, ${at})`;
    await spend(id, 1, time("12:30:00"));
    const rows = await windows(id);
    expect(rows.map(({ value }) => value)).toEqual([10 + 20 + 3 + 30 + 40 + 7, 1]);
    expect((await ledger(id)).used).toBe(111);
  });

  test("also over many periods of a random history", async () => {
    const id = await account();
    let at = START.getTime();
    for (let step = 0; step < 90; step += 1) {
      at += [1_000, 61_000, 400_000, 3 * 3_600_000, 2 * DAY][(step * 7) % 5] ?? 0;
      if (step % 9 === 0) await sql`select public.cut_meter_windows(${id}, ${new Date(at)})`;
      if (step % 4 === 0) await close(new Date(at));
      await spend(id, 1 + ((step * 37) % 90), new Date(at));
    }
    const { used, before } = await ledger(id);
    const rows = await windows(id);
    expect(before).toBeGreaterThan(0);
    expect(rows.reduce((sum, { value }) => sum + value, 0)).toBe(used + before);
    expect(rows.filter((row) => row.start < END && row.end > END)).toEqual([]);
    const overlaps = rows.filter((row) =>
      rows.some(
        (other) => other.revision === row.revision && other !== row && other.start < row.end && row.start < other.end,
      ),
    );
    expect(overlaps).toEqual([]);
  });

  test("and an account that uses what it has leaves no trace", async () => {
    const id = await account();
    await sql`select public.grant_credits(account_id => ${id}, source => 'gift', source_id => ${randomUUID()}, amount => 100, category => 'promotional', priority => 10, effective_at => ${START}, expires_at => null, at => ${START})`;
    await spend(id, 100, time("12:00:00"));
    expect(await windows(id)).toEqual([]);
  });

  test("when calls and the closing of windows meet", async () => {
    const id = await account();
    const calls = Array.from({ length: 40 }, (_, call) => spend(id, 3, time(`12:00:${String(call).padStart(2, "0")}`)));
    const closings = Array.from({ length: 10 }, () => close(time("12:10:00")));
    await Promise.all([...calls, ...closings]);
    expect((await windows(id)).reduce((sum, { value }) => sum + value, 0)).toBe(120);
  });
});

test("what Stripe has not accepted is told apart from what is in doubt, for the running period alone", async () => {
  const id = await account();
  await spend(id, 5, new Date(END.getTime() - 1000));
  await spend(id, 6, new Date(END.getTime() + 1000));
  await spend(id, 7, new Date(END.getTime() + 600_000));
  await spend(id, 8, new Date(END.getTime() + 1_200_000));
  const states = ["closed", "accepted", "unsure", "open"];
  const rows = await sql`select id from public.meter_outbox where account_id = ${id} order by window_start_at`;
  for (const [index, row] of rows.entries())
    await sql`update public.meter_outbox set state = ${states[index] ?? ""}, identifier = ${randomUUID()}, customer_id = 'cus_1', livemode = false,
      meter = 'token_usage', accepted_at = window_end_at where id = ${row.id}`;
  const [answer] = await sql`select public.read_unreported_overage(${id}) as read`;
  expect(answer?.read).toMatchObject({ ok: true, credits: 8, in_doubt: 7 });
  const [since] = await sql`select public.read_unreported_overage(${id}, ${START}) as read`;
  expect(since?.read).toMatchObject({ credits: 13, in_doubt: 7 });
});
