import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { clientOf } from "./callers.ts";
import { type ClonedDatabase, cloneDatabase } from "./clone.ts";
import { createPerson, PASSWORD } from "./people.ts";

let database: ClonedDatabase;
beforeAll(async () => {
  database = await cloneDatabase();
});
afterAll(() => database.drop());

const newAddress = () => `${crypto.randomUUID()}@example.test`;

/** The link of the newest mail to an address, as the confirm page reads it. */
function linkTo(address: string): { tokenHash: string; type: string; next: string | null; origin: string } {
  const mail = database.mails.findLast((sent) => sent.to === address);
  const href = /href="([^"]+)"/.exec(mail?.html ?? "")?.[1]?.replaceAll("&amp;", "&");
  if (!href) throw new Error(`no mail with a link was sent to ${address}`);
  const url = new URL(href);
  const read = (name: string) => url.searchParams.get(name);
  return {
    tokenHash: read("token_hash") ?? "",
    type: read("type") ?? "",
    next: read("next"),
    origin: url.origin + url.pathname,
  };
}

describe("signing up", () => {
  test("makes the person and their personal account together, with the name they gave", async () => {
    const email = newAddress();
    const { data, error } = await clientOf(database).auth.signUp({
      email,
      password: PASSWORD,
      options: { data: { name: "Anna" } },
    });
    expect(error).toBeNull();
    const rows = await database.sql`
      select a.name, m.role, jsonb_typeof(u.raw_user_meta_data) as metadata
      from public.accounts a join public.memberships m on m.account_id = a.id join auth.users u on u.id = m.user_id
      where u.id = ${data.user?.id ?? ""}`;
    expect([...rows]).toEqual([{ name: "Anna", role: "owner", metadata: "object" }]);
  });

  test("leaves nothing behind when the account cannot be made", async () => {
    await database.sql.unsafe(`
      create function private.refuse_account() returns trigger language plpgsql as
        'begin if new.name = ''Refused'' then raise exception ''refused''; end if; return new; end';
      create trigger refuse_account before insert on public.accounts for each row execute function private.refuse_account()`);
    const email = newAddress();
    const { error } = await clientOf(database).auth.signUp({
      email,
      password: PASSWORD,
      options: { data: { name: "Refused" } },
    });
    expect(error?.status).toBe(500);
    expect(await database.sql`select id from auth.users where email = ${email}`).toHaveLength(0);
  });

  test("asks for the address to be confirmed, by a link that works once", async () => {
    const email = newAddress();
    const client = clientOf(database);
    await client.auth.signUp({ email, password: PASSWORD });
    expect((await client.auth.signInWithPassword({ email, password: PASSWORD })).error?.code).toBe(
      "email_not_confirmed",
    );

    const link = linkTo(email);
    expect(link).toMatchObject({ type: "signup", next: "/assistant", origin: "http://localhost:3000/auth/confirm" });
    expect(database.mails.findLast((mail) => mail.to === email)?.text).toContain(
      `token_hash=${link.tokenHash}&type=signup`,
    );
    const confirmed = await client.auth.verifyOtp({ token_hash: link.tokenHash, type: "signup" });
    expect(confirmed.data.user?.email).toBe(email);
    const again = await clientOf(database).auth.verifyOtp({ token_hash: link.tokenHash, type: "signup" });
    expect(again.error?.code).toBe("otp_expired");
    expect((await client.auth.signInWithPassword({ email, password: PASSWORD })).error).toBeNull();
  });
});

describe("signing in", () => {
  test("a seeded person signs in with a password and reads only their own account", async () => {
    const person = await createPerson(database.sql, { canSignIn: true });
    const client = clientOf(database);
    const { error } = await client.auth.signInWithPassword({ email: person.email, password: PASSWORD });
    expect(error).toBeNull();
    expect((await client.from("accounts").select("id")).data).toEqual([{ id: person.accountId }]);
  });

  test("a wrong password and an unknown address are answered alike", async () => {
    const person = await createPerson(database.sql, { canSignIn: true });
    const wrong = await clientOf(database).auth.signInWithPassword({ email: person.email, password: "wrong password" });
    const unknown = await clientOf(database).auth.signInWithPassword({
      email: newAddress(),
      password: "wrong password",
    });
    expect(wrong.error?.code).toBe("invalid_credentials");
    expect(unknown.error).toMatchObject({
      code: wrong.error?.code,
      message: wrong.error?.message,
      status: wrong.error?.status,
    });
  });

  test("a mailed link signs in without a password", async () => {
    const person = await createPerson(database.sql, { canSignIn: true });
    const client = clientOf(database);
    await client.auth.signInWithOtp({ email: person.email, options: { shouldCreateUser: false } });
    const link = linkTo(person.email);
    expect(link.type).toBe("magiclink");
    const { data } = await client.auth.verifyOtp({ token_hash: link.tokenHash, type: "magiclink" });
    expect(data.user?.id).toBe(person.userId);
  });

  test("a session is renewed, and over when its person signs out", async () => {
    const person = await createPerson(database.sql, { canSignIn: true });
    const client = clientOf(database);
    await client.auth.signInWithPassword({ email: person.email, password: PASSWORD });
    const renewed = await client.auth.refreshSession();
    expect(renewed.data.user?.id).toBe(person.userId);
    const refreshToken = renewed.data.session?.refresh_token ?? "";
    await client.auth.signOut();
    expect((await clientOf(database).auth.refreshSession({ refresh_token: refreshToken })).error).not.toBeNull();
  });
});

describe("a forgotten password", () => {
  test("is replaced by the mailed link, after which the old one is refused", async () => {
    const person = await createPerson(database.sql, { canSignIn: true });
    const client = clientOf(database);
    await client.auth.resetPasswordForEmail(person.email);
    const link = linkTo(person.email);
    expect(link).toMatchObject({ type: "recovery", next: "/update-password" });
    await client.auth.verifyOtp({ token_hash: link.tokenHash, type: "recovery" });
    expect((await client.auth.updateUser({ password: "another-long-password" })).error).toBeNull();
    expect((await client.auth.signInWithPassword({ email: person.email, password: PASSWORD })).error?.code).toBe(
      "invalid_credentials",
    );
  });

  test("of an unknown address tells nobody that it is unknown, and sends nothing", async () => {
    const email = newAddress();
    expect((await clientOf(database).auth.resetPasswordForEmail(email)).error).toBeNull();
    expect(database.mails.filter((mail) => mail.to === email)).toHaveLength(0);
  });
});
