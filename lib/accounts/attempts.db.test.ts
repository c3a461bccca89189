import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type ClonedDatabase, cloneDatabase } from "@/e2e/database/clone";
import { actAs } from "@/e2e/database/people";
import { closeDatabase } from "@/lib/supabase/direct";
import { forgetAttempts, takeAttempt, takeAttempts } from "./attempts";

let database: ClonedDatabase;
beforeAll(async () => {
  database = await cloneDatabase();
  vi.stubEnv("DATABASE_URL", `${database.url}?ledgerline.movable_clock=on`);
  vi.stubEnv("SUPABASE_SECRET_KEY", database.keys.secret);
});
afterAll(async () => {
  await closeDatabase();
  await database.drop();
});

const limit = { scope: "test", most: 3, windowSeconds: 600 };
const start = new Date("2026-11-22T10:00:00Z");
const later = (seconds: number) => new Date(start.getTime() + seconds * 1000);

test("the attempts of a window are let through, the next is told when to try again", async () => {
  const subject = randomUUID();
  for (const second of [0, 60, 120]) expect(await takeAttempt(limit, subject, later(second))).toEqual({ ok: true });
  expect(await takeAttempt(limit, subject, later(180))).toEqual({
    ok: false,
    retryAfterSeconds: 420,
    message: "Too many tries. You can try again in 7 minutes.",
  });
  expect(await takeAttempt(limit, subject, later(599))).toMatchObject({ ok: false, retryAfterSeconds: 1 });
});

test("trying on while refused does not make the wait longer", async () => {
  const subject = randomUUID();
  for (let tries = 0; tries < 20; tries += 1) await takeAttempt(limit, subject, later(tries));
  expect(await takeAttempt(limit, subject, later(600))).toEqual({ ok: true });
});

test("50 attempts at once let exactly the limit through", async () => {
  const subject = randomUUID();
  const answers = await Promise.all(Array.from({ length: 50 }, () => takeAttempt(limit, subject, start)));
  expect(answers.filter((answer) => answer.ok)).toHaveLength(3);
});

test("one subject's attempts are not another's, nor another limit's", async () => {
  const subject = randomUUID();
  for (let tries = 0; tries < 4; tries += 1) await takeAttempt(limit, subject, start);
  expect(await takeAttempt(limit, randomUUID(), start)).toEqual({ ok: true });
  expect(await takeAttempt({ ...limit, scope: "other" }, subject, start)).toEqual({ ok: true });
});

test("whoever succeeds has all attempts again", async () => {
  const subject = randomUUID();
  for (let tries = 0; tries < 4; tries += 1) await takeAttempt(limit, subject, start);
  await forgetAttempts(limit, subject);
  expect(await takeAttempt(limit, subject, start)).toEqual({ ok: true });
});

test("several limits together refuse as soon as one does, and somebody without an address is limited by the rest", async () => {
  const subject = randomUUID();
  const once = { ...limit, scope: "once", most: 1 };
  expect(
    await takeAttempts([
      [once, subject],
      [limit, null],
    ]),
  ).toEqual({ ok: true });
  expect(
    await takeAttempts([
      [limit, null],
      [once, subject],
    ]),
  ).toMatchObject({ ok: false });
});

test("what is stored does not say whom it is about, and is swept a day after its window", async () => {
  await database.sql`delete from public.attempts`;
  await takeAttempt(limit, "anna@example.test", start);
  const [stored] = await database.sql`select * from public.attempts`;
  expect(JSON.stringify(stored)).not.toContain("anna");
  await takeAttempt(limit, "bert@example.test", later(600 + 86_401));
  const left = await database.sql`select subject_hash from public.attempts`;
  expect(left).toHaveLength(1);
  expect(left[0]?.subject_hash).not.toBe(stored?.subject_hash);
});

test("nobody but the server takes or reads attempts", async () => {
  for (const who of ["anon", randomUUID()]) {
    await expect(actAs(database.sql, who, (sql) => sql`select * from public.attempts`)).rejects.toThrow(/denied/);
    await expect(
      actAs(database.sql, who, (sql) => sql`select public.take_attempt('x', repeat('0', 64), 1, 1, now())`),
    ).rejects.toThrow(/denied/);
  }
});
