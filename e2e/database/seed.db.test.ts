import postgres from "postgres";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { seed } from "../../local/supabase/migrations.ts";
import { clientOf } from "./callers.ts";
import { type ClonedDatabase, cloneDatabase } from "./clone.ts";

let database: ClonedDatabase;
beforeAll(async () => {
  database = await cloneDatabase();
  await seed(database.url);
});
afterAll(() => database.drop());

const balanceOf = async (name: string) => {
  const [row] = await database.sql`
    select b.total, b.low_credit_threshold from auth.users u
    join public.accounts a on a.personal_user_id = u.id join public.credit_balances b on b.account_id = a.id
    where u.email = ${`${name}@ledgerline.test`}`;
  return row;
};

test.each(["free", "low", "starter", "pastdue", "suspended", "disputed", "enterprise", "admin", "teamadmin", "member"])(
  "%s@ledgerline.test signs in with the password of all",
  async (name) => {
    const { error } = await clientOf(database).auth.signInWithPassword({
      email: `${name}@ledgerline.test`,
      password: "ledgerline",
    });
    expect(error).toBeNull();
  },
);

test("the persona who is low on credits has got the mail about it", async () => {
  const balance = await balanceOf("low");
  expect(Number(balance?.total)).toBeLessThanOrEqual(Number(balance?.low_credit_threshold));
  expect(await database.sql`select id from public.mail_outbox where kind = 'low_credit'`).toHaveLength(1);
});

test("Northwind has an owner, an admin and a member", async () => {
  const roles = await database.sql`
    select u.email, m.role from public.memberships m join public.accounts a on a.id = m.account_id join auth.users u on u.id = m.user_id
    where a.name = 'Northwind' order by u.email`;
  expect(roles.map(({ email, role }) => `${email} ${role}`)).toEqual([
    "enterprise@ledgerline.test owner",
    "member@ledgerline.test member",
    "teamadmin@ledgerline.test admin",
  ]);
});

test("seeding again changes nothing", async () => {
  expect(await seed(database.url)).toBe(false);
});

test("a database outside the local stack is never given these people", async () => {
  const hosted = await cloneDatabase();
  const [{ name } = { name: "" }] = await hosted.sql`select current_database() as name`;
  const admin = postgres(inject("database").adminUrl, { max: 1 });
  await admin.unsafe(`alter database "${name}" set ledgerline.movable_clock = 'off'`);
  await admin.end();
  await expect(seed(hosted.url)).rejects.toThrow("for the local stack only");
  expect(await hosted.sql`select id from auth.users`).toHaveLength(0);
  await hosted.drop();
});
