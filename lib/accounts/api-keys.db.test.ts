import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type ClonedDatabase, cloneDatabase } from "@/e2e/database/clone";
import { actAs, createPerson, createTeam } from "@/e2e/database/people";
import { accountId, userId } from "@/lib/billing/units";
import { closeDatabase } from "@/lib/supabase/direct";
import { authenticateApiKey, createApiKey, revokeApiKey } from "./api-keys";

let database: ClonedDatabase;
beforeAll(async () => {
  database = await cloneDatabase();
  vi.stubEnv("DATABASE_URL", `${database.url}?ledgerline.movable_clock=on`);
});
afterAll(async () => {
  await closeDatabase();
  await database.drop();
});

const start = new Date("2026-11-22T10:00:00Z");
const later = (seconds: number) => new Date(start.getTime() + seconds * 1000);

async function team() {
  const [owner, admin, member, stranger] = await Promise.all([1, 2, 3, 4].map(() => createPerson(database.sql)));
  if (!owner || !admin || !member || !stranger) throw new Error("four people were to be made");
  const account = await createTeam(database.sql, [
    { userId: owner.userId, role: "owner" },
    { userId: admin.userId, role: "admin" },
    { userId: member.userId, role: "member" },
  ]);
  return { account: accountId(account), owner, admin, member, stranger };
}

async function keyOf(account: string, user: string, name = "Server") {
  const made = await createApiKey({ account: accountId(account), user: userId(user), name }, start);
  if (!made.ok) throw new Error(made.code);
  return made;
}

test("owners and admins make keys, members and strangers do not", async () => {
  const { account, owner, admin, member, stranger } = await team();
  for (const { userId: user } of [owner, admin]) await keyOf(account, user);
  for (const { userId: user } of [member, stranger]) {
    expect(await createApiKey({ account, user: userId(user), name: "Server" }, start)).toEqual({
      ok: false,
      code: "not_permitted",
    });
  }
  const [{ count } = { count: 0 }] =
    await database.sql`select count(*)::int from public.api_keys where account_id = ${account}`;
  expect(count).toBe(2);
});

test("a key opens its account and no other; the database does not hold it", async () => {
  const { account, owner } = await team();
  const { key, id, prefix } = await keyOf(account, owner.userId);
  expect(key).toMatch(/^ll_[\w-]{43}$/);
  expect(key.startsWith(prefix)).toBe(true);
  expect(await authenticateApiKey(`Bearer ${key}`, start)).toEqual({ account, keyId: id });
  const stored = await database.sql`select * from public.api_keys where id = ${id}`;
  expect(JSON.stringify(stored)).not.toContain(key.slice(12));
});

test("no key, half a key, a wrong or a revoked key open nothing", async () => {
  const { account, owner } = await team();
  const { key, id } = await keyOf(account, owner.userId);
  const other = `ll_${"A".repeat(43)}`;
  for (const header of [
    null,
    "",
    key,
    `Basic ${key}`,
    "Bearer ",
    `Bearer ${key}x`,
    `Bearer ${key.slice(0, -1)}`,
    `Bearer ${other}`,
  ]) {
    expect(await authenticateApiKey(header, start), String(header)).toBeNull();
  }
  const revoke = { account, user: userId(owner.userId), keyId: id };
  expect(await revokeApiKey(revoke, start)).toMatchObject({ ok: true });
  expect(await authenticateApiKey(`Bearer ${key}`, start)).toBeNull();
  expect(await revokeApiKey(revoke, later(60))).toMatchObject({ ok: true });
  const [stored] = await database.sql`select revoked_at from public.api_keys where id = ${id}`;
  expect(stored?.revoked_at).toEqual(start);
});

test("only owners and admins of its account revoke a key", async () => {
  const { account, admin, member, stranger } = await team();
  const { key, id } = await keyOf(account, admin.userId);
  for (const { userId: user } of [member, stranger]) {
    expect(await revokeApiKey({ account, user: userId(user), keyId: id }, start)).toMatchObject({
      code: "not_permitted",
    });
  }
  const own = { account: accountId(stranger.accountId), user: userId(stranger.userId), keyId: id };
  expect(await revokeApiKey(own, start)).toMatchObject({ ok: false, code: "unknown_key" });
  expect(await authenticateApiKey(`Bearer ${key}`, start)).not.toBeNull();
});

test("the last use is noted at most once a minute", async () => {
  const { account, owner } = await team();
  const { key, id } = await keyOf(account, owner.userId);
  const lastUse = async (at: Date) => {
    await authenticateApiKey(`Bearer ${key}`, at);
    const [stored] =
      await database.sql`select last_used_at, xmin::text as version from public.api_keys where id = ${id}`;
    return stored;
  };
  const first = await lastUse(later(0));
  expect(first?.last_used_at).toEqual(start);
  expect(await lastUse(later(59))).toEqual(first);
  expect((await lastUse(later(60)))?.last_used_at).toEqual(later(60));
});

test("an account has at most 20 live keys, also when the last one is asked for twice at once", async () => {
  const { account, owner } = await team();
  const wish = { account, user: userId(owner.userId), name: "Server" };
  for (let made = 0; made < 19; made += 1) await createApiKey(wish, start);

  let second: ReturnType<typeof createApiKey> | undefined;
  await database.sql.begin(async (sql) => {
    await sql`set local ledgerline.movable_clock = 'on'`;
    await sql`select public.create_api_key(${account}, ${owner.userId}, 'Server', 'll_', ${"a".repeat(64)}, ${start})`;
    let answered = false;
    second = createApiKey(wish, start).finally(() => {
      answered = true;
    });
    await vi.waitFor(async () => {
      const waiting = await database.sql`select from pg_locks where not granted`;
      expect(answered || waiting.length > 0).toBe(true);
    });
  });
  expect(await second).toEqual({ ok: false, code: "too_many_keys" });
});

test("owners and admins see keys without their hashes; members, strangers and visitors see none", async () => {
  const { account, owner, admin, member, stranger } = await team();
  await keyOf(account, owner.userId);
  const see = (who: string) =>
    actAs(database.sql, who, (sql) => sql`select id, name, prefix, last_used_at from public.api_keys`);
  for (const { userId: user } of [owner, admin]) expect(await see(user)).toHaveLength(1);
  for (const { userId: user } of [member, stranger]) expect(await see(user)).toHaveLength(0);
  await expect(see("anon")).rejects.toThrow(/denied/);
  await expect(actAs(database.sql, owner.userId, (sql) => sql`select key_hash from public.api_keys`)).rejects.toThrow(
    /denied/,
  );
});

test("nobody writes keys past the server", async () => {
  const { account, owner } = await team();
  const { id } = await keyOf(account, owner.userId);
  const hash = "0".repeat(64);
  await expect(
    actAs(database.sql, owner.userId, (sql) => sql`update public.api_keys set revoked_at = null where id = ${id}`),
  ).rejects.toThrow(/denied/);
  for (const who of ["anon", owner.userId]) {
    await expect(
      actAs(database.sql, who, (sql) => sql`select public.authenticate_api_key(${hash}, now())`),
    ).rejects.toThrow(/denied/);
    await expect(
      actAs(
        database.sql,
        who,
        (sql) => sql`select public.create_api_key(${account}, ${randomUUID()}, 'x', 'll_', ${hash}, now())`,
      ),
    ).rejects.toThrow(/denied/);
  }
});
