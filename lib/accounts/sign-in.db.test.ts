import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { type ClonedDatabase, cloneDatabase } from "@/e2e/database/clone";
import { createTeam } from "@/e2e/database/people";
import { ACCOUNT_COOKIE, getSession } from "@/lib/session";
import { closeDatabase } from "@/lib/supabase/direct";
import { changeEmail } from "./address";
import { openLink } from "./confirmation";
import { changeName, changePassword, readName, setPassword } from "./passwords";
import { signIn, signOut } from "./sign-in";
import { askConfirmationAgain, askMagicLink, askPasswordReset, signUp } from "./sign-up";

/** The cookies of the one browser in these tests. */
const jar = new Map<string, string>();
vi.mock("next/headers", () => ({
  cookies: async () => ({
    getAll: () => [...jar].map(([name, value]) => ({ name, value })),
    get: (name: string) => (jar.has(name) ? { name, value: jar.get(name) } : undefined),
    set: (name: string, value: string) => (value === "" ? jar.delete(name) : jar.set(name, value)),
  }),
  headers: async () => new Headers(),
}));

let database: ClonedDatabase;
beforeAll(async () => {
  database = await cloneDatabase();
  vi.stubEnv("DATABASE_URL", database.url);
  vi.stubEnv("APP_URL", "http://localhost:3000");
  vi.stubEnv("SUPABASE_URL", "http://supabase.test");
  vi.stubEnv("SUPABASE_PUBLISHABLE_KEY", database.keys.publishable);
  vi.stubEnv("SUPABASE_SECRET_KEY", database.keys.secret);
  vi.stubGlobal("fetch", database.rest);
});
afterAll(async () => {
  vi.unstubAllGlobals();
  await closeDatabase();
  await database.drop();
});
beforeEach(() => jar.clear());

const password = "correct horse battery";
const somebody = () => ({ name: "Anna Berg", email: `${randomUUID()}@example.test`, password, address: null });

function lastLink(email: string) {
  const mail = database.mails.findLast(({ to }) => to === email);
  const link = /href="([^"]*auth\/confirm[^"]*)"/.exec(mail?.html ?? "")?.[1]?.replaceAll("&amp;", "&");
  if (!link) throw new Error(`no link was mailed to ${email}`);
  const query = new URL(link).searchParams;
  return { token_hash: query.get("token_hash") ?? "", type: query.get("type") as "signup" };
}
const mailsTo = (email: string) => database.mails.filter(({ to }) => to === email).length;

async function confirmed() {
  const person = somebody();
  await signUp(person);
  await openLink(lastLink(person.email));
  jar.clear();
  return person;
}

test("a person signs up, confirms the address by the mailed link and is signed in to an account of their own", async () => {
  const person = somebody();
  expect(await signUp(person)).toEqual({ ok: true });
  expect(await getSession()).toBeNull();
  const link = lastLink(person.email);
  expect(link.type).toBe("signup");
  expect(await openLink(link)).not.toBeNull();
  expect(await getSession()).toMatchObject({
    user: { email: person.email },
    account: { kind: "personal", name: "Anna Berg", role: "owner" },
  });
});

test("nobody signs in before the address is confirmed, and the link can be had again", async () => {
  const person = somebody();
  await signUp(person);
  expect(await signIn(person)).toMatchObject({ ok: false, values: { unconfirmed: person.email } });
  const { answer, send } = await askConfirmationAgain(person);
  await send();
  expect(answer).toEqual({ ok: true });
  expect(mailsTo(person.email)).toBe(2);
  expect(await openLink(lastLink(person.email))).not.toBeNull();
});

test("the right password signs in, the wrong one does not and gives no hint", async () => {
  const person = await confirmed();
  const wrong = await signIn({ ...person, password: "wrong horse battery" });
  const unknown = await signIn({ ...person, email: `${randomUUID()}@example.test` });
  expect(wrong).toMatchObject({ ok: false });
  expect(unknown).toEqual(wrong);
  expect(await getSession()).toBeNull();
  expect(await signIn(person)).toEqual({ ok: true });
  expect((await getSession())?.user.email).toBe(person.email);
  await signOut();
  expect(await getSession()).toBeNull();
});

test("a link works once, and an invented one never", async () => {
  const person = somebody();
  await signUp(person);
  const link = lastLink(person.email);
  expect(await openLink(link)).not.toBeNull();
  jar.clear();
  expect(await openLink(link)).toBeNull();
  expect(await openLink({ ...link, token_hash: "0".repeat(56) })).toBeNull();
  expect(await getSession()).toBeNull();
});

test("whether an address is known shows in no answer, and strangers get no mail", async () => {
  const person = await confirmed();
  const stranger = { ...somebody(), email: `${randomUUID()}@example.test` };
  const again = { ...person, password: "another horse battery" };
  expect(await signUp(again)).toEqual({ ok: true });
  expect(await signUp(stranger)).toEqual({ ok: true });
  expect(await signUp(stranger)).toEqual({ ok: true });
  for (const ask of [askMagicLink, askPasswordReset]) {
    const [known, unknown] = [await ask(person), await ask({ email: `${randomUUID()}@example.test`, address: null })];
    expect(known.answer).toEqual(unknown.answer);
    await Promise.all([known.send(), unknown.send()]);
  }
  expect(await signIn(person)).toEqual({ ok: true });
});

test("a magic link signs in", async () => {
  const person = await confirmed();
  const { send } = await askMagicLink(person);
  await send();
  expect(lastLink(person.email).type).toBe("magiclink");
  expect(await openLink(lastLink(person.email))).not.toBeNull();
  expect((await getSession())?.user.email).toBe(person.email);
});

test("a forgotten password is replaced by way of the mailed link", async () => {
  const person = await confirmed();
  const { send } = await askPasswordReset(person);
  await send();
  expect(lastLink(person.email).type).toBe("recovery");
  await openLink(lastLink(person.email));
  expect(await setPassword("a new horse battery")).toEqual({ ok: true });
  jar.clear();
  expect(await signIn(person)).toMatchObject({ ok: false });
  expect(await signIn({ ...person, password: "a new horse battery" })).toEqual({ ok: true });
});

test("a password is changed with the current one only", async () => {
  const person = await confirmed();
  await signIn(person);
  const change = { email: person.email, password: "a new horse battery" };
  expect(await changePassword({ ...change, currentPassword: "wrong horse battery" })).toMatchObject({
    ok: false,
    fields: { currentPassword: [expect.any(String)] },
  });
  expect(await changePassword({ ...change, currentPassword: password })).toEqual({ ok: true });
  expect(await getSession()).not.toBeNull();
  jar.clear();
  expect(await signIn({ ...person, password: "a new horse battery" })).toEqual({ ok: true });
});

test("a person changes what they are called", async () => {
  const person = await confirmed();
  await signIn(person);
  expect(await readName()).toBe("Anna Berg");
  expect(await changeName("Anna Holm")).toEqual({ ok: true });
  expect(await readName()).toBe("Anna Holm");
});

test("after ten wrong passwords an address has to wait, wherever they come from", async () => {
  const person = await confirmed();
  for (let tries = 0; tries < 10; tries += 1)
    await signIn({ ...person, password: "wrong", address: `203.0.113.${tries}` });
  expect(await signIn(person)).toMatchObject({
    ok: false,
    message: expect.stringMatching(/^Too many tries\. .* 15 minutes\.$/),
  });
});

test("a sixth mail within a quarter of an hour is refused, for known and unknown addresses alike", async () => {
  for (const email of [(await confirmed()).email, `${randomUUID()}@example.test`]) {
    const answers = [];
    for (let tries = 0; tries < 6; tries += 1)
      answers.push((await askPasswordReset({ email, address: null })).answer.ok);
    expect(answers.at(-1)).toBe(false);
    expect(answers[0]).toBe(true);
  }
});

test("the account cookie chooses among a person's accounts, never one of others", async () => {
  const person = await confirmed();
  await signIn(person);
  const session = await getSession();
  if (!session) throw new Error("not signed in");
  const own = await createTeam(database.sql, [{ userId: session.user.id, role: "member" }]);
  const foreign = await createTeam(database.sql, []);

  jar.set(ACCOUNT_COOKIE, own);
  expect((await getSession())?.account).toMatchObject({ id: own, kind: "team", role: "member" });
  for (const wish of [foreign, "nonsense"]) {
    jar.set(ACCOUNT_COOKIE, wish);
    expect((await getSession())?.account.id).toBe(session.account.id);
  }
});

test("a forged or broken session is no session", async () => {
  const person = await confirmed();
  await signIn(person);
  const [name, value] = [...jar][0] ?? ["", ""];
  jar.set(name, value.slice(0, -40) + "A".repeat(40));
  expect(await getSession()).toBeNull();
  jar.set(name, "base64-nonsense");
  expect(await getSession()).toBeNull();
});

test("an address is changed by the mail that goes to the new one, and only by who knows the password", async () => {
  const person = await confirmed();
  const other = await confirmed();
  await signIn({ email: person.email, password, address: null });
  const newEmail = `${randomUUID()}@example.test`;
  const change = (wish: object) => changeEmail({ email: person.email, newEmail, currentPassword: password, ...wish });

  expect(await change({ currentPassword: "wrong horse battery" })).toMatchObject({ ok: false });
  expect(await change({ newEmail: other.email })).toMatchObject({ ok: false });
  expect(await change({ newEmail: person.email })).toMatchObject({ ok: false });
  expect(await change({})).toEqual({ ok: true });
  expect(mailsTo(person.email)).toBe(1);
  expect((await getSession())?.user.email).toBe(person.email);

  await openLink(lastLink(newEmail));
  expect((await getSession())?.user.email).toBe(newEmail);
  jar.clear();
  expect(await signIn({ email: person.email, password, address: null })).toMatchObject({ ok: false });
  expect(await signIn({ email: newEmail, password, address: null })).toMatchObject({ ok: true });
});
