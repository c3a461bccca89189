import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type ClonedDatabase, cloneDatabase } from "@/e2e/database/clone";
import { actAs, createPerson, createTeam as makeTeam } from "@/e2e/database/people";
import { accountId, userId } from "@/lib/billing/units";
import { closeDatabase } from "@/lib/supabase/direct";
import { createTeam, readMembers, renameAccount } from "./teams";

let database: ClonedDatabase;
beforeAll(async () => {
  database = await cloneDatabase();
  vi.stubEnv("DATABASE_URL", database.url);
});
afterAll(async () => {
  await closeDatabase();
  await database.drop();
});

test("a person's own account is made with them and carries the name they gave", async () => {
  const anna = await createPerson(database.sql, { name: "Anna Berg" });
  const [account] = await database.sql`select kind, name from public.accounts where id = ${anna.accountId}`;
  expect(account).toEqual({ kind: "personal", name: "Anna Berg" });
  const members = await readMembers(accountId(anna.accountId), userId(anna.userId));
  expect(members).toMatchObject([{ id: anna.userId, email: anna.email, name: "Anna Berg", role: "owner" }]);
});

test("members are listed to members, owners first, and to nobody else", async () => {
  const [anna, bert, cleo] = [
    await createPerson(database.sql),
    await createPerson(database.sql),
    await createPerson(database.sql),
  ];
  const team = await makeTeam(database.sql, [
    { userId: bert.userId, role: "member" },
    { userId: anna.userId, role: "owner" },
  ]);
  const seen = await readMembers(accountId(team), userId(bert.userId));
  expect(seen.map((member) => member.role)).toEqual(["owner", "member"]);
  expect(await readMembers(accountId(team), userId(cleo.userId))).toEqual([]);
});

test("owners and admins rename an account, members and strangers do not", async () => {
  const [anna, bert, cleo] = [
    await createPerson(database.sql),
    await createPerson(database.sql),
    await createPerson(database.sql),
  ];
  const team = await makeTeam(database.sql, [
    { userId: anna.userId, role: "admin" },
    { userId: bert.userId, role: "member" },
  ]);
  const rename = (person: { userId: string }, name: string) =>
    renameAccount({ account: accountId(team), user: userId(person.userId), name });
  expect(await rename(anna, "  Southwind ")).toMatchObject({ ok: true });
  expect(await rename(anna, "   ")).toMatchObject({ ok: false, code: "invalid_name" });
  for (const person of [bert, cleo]) expect(await rename(person, "Mine")).toMatchObject({ code: "not_permitted" });
  const [account] = await database.sql`select name from public.accounts where id = ${team}`;
  expect(account?.name).toBe("Southwind");
});

test("whoever makes a team owns it, up to ten of them, even all at once", async () => {
  const anna = await createPerson(database.sql);
  const wishes = Array.from({ length: 12 }, (_, index) =>
    createTeam({ user: userId(anna.userId), name: `Team ${index}` }),
  );
  const made = (await Promise.all(wishes)).flatMap((answer) => (answer.ok ? [answer.account] : []));
  expect(made).toHaveLength(10);
  const [first] = made;
  if (!first) throw new Error("no team was made");
  expect(await readMembers(first, userId(anna.userId))).toMatchObject([{ role: "owner" }]);
});

test("people read who belongs to their accounts, and change nothing of it themselves", async () => {
  const [anna, bert] = [await createPerson(database.sql), await createPerson(database.sql)];
  const team = await makeTeam(database.sql, [{ userId: anna.userId, role: "member" }]);
  const memberships = (who: string) =>
    actAs(database.sql, who, (sql) => sql`select role from public.memberships where account_id = ${team}`);
  expect(await memberships(anna.userId)).toHaveLength(1);
  expect(await memberships(bert.userId)).toHaveLength(0);
  await expect(memberships("anon")).rejects.toThrow(/denied/);
  for (const forbidden of [
    `update public.memberships set role = 'owner'`,
    `insert into public.memberships (account_id, user_id, role) values ('${team}', '${bert.userId}', 'owner')`,
    `update public.accounts set name = 'Mine'`,
    `select * from public.read_members('${team}', '${anna.userId}')`,
    `select * from public.owner_emails(array['${team}']::uuid[])`,
    `select public.rename_account('${team}', '${anna.userId}', 'Mine')`,
  ]) {
    await expect(
      actAs(database.sql, bert.userId, (sql) => sql.unsafe(forbidden)),
      forbidden,
    ).rejects.toThrow(/denied/);
  }
});
