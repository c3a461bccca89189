import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type ClonedDatabase, cloneDatabase } from "@/e2e/database/clone";
import { createPerson, createTeam, type Person } from "@/e2e/database/people";
import { closeDatabase } from "@/lib/supabase/direct";
import { rpc } from "@/lib/supabase/rpc";
import { renderMail } from "./mails";
import { type OutboxRow, recipientsOf, toRows } from "./recipients";

const clock = { now: new Date("2026-11-22T10:00:00Z") };
vi.mock("@/lib/clock", () => ({ now: () => clock.now }));

let database: ClonedDatabase;
beforeAll(async () => {
  database = await cloneDatabase();
  const settings = {
    DATABASE_URL: `${database.url}?ledgerline.movable_clock=on`,
    LEDGERLINE_LOCAL: "1",
    APP_URL: "http://localhost:3000",
    SUPABASE_SECRET_KEY: "sb_secret_of_the_tests",
    RESEND_API_KEY: "re_test",
    RESEND_BASE_URL: "http://127.0.0.1:1",
    MAIL_FROM: "Northwind <hello@example.com>",
    SUPPORT_EMAIL: "help@example.com",
  };
  for (const [name, value] of Object.entries(settings)) vi.stubEnv(name, value);
});
afterAll(async () => {
  await closeDatabase();
  await database.drop();
});

const person = () => createPerson(database.sql);
const moveTo = async ({ userId }: Person, email = `new-${randomUUID()}@example.test`) => {
  await database.sql`update auth.users set email = ${email} where id = ${userId}`;
  return email;
};
const teamOf = (...people: Person[]) =>
  createTeam(
    database.sql,
    people.map(({ userId }) => ({ userId, role: "owner" })),
  );

/** What a sender does with a mail, but for handing it over. */
async function begin(mail: string): Promise<Array<{ id: string; address: string }>> {
  const [row] = await database.sql<OutboxRow[]>`select * from public.mail_outbox where id = ${mail}`;
  if (!row) throw new Error("there is no such mail");
  const recipients = (await recipientsOf([row]))(row);
  return rpc("begin_deliveries", { mail_id: mail, recipients: toRows(row, recipients), at: clock.now });
}

async function send(mail: string): Promise<string[]> {
  const copies = await begin(mail);
  for (const { id } of copies)
    await rpc("mark_delivery_sent", { delivery_id: id, provider_id: randomUUID(), at: clock.now });
  await rpc("mark_mail_sent", { mail_id: mail, at: clock.now });
  return copies.map(({ address }) => address).sort();
}

async function queue(account: string): Promise<string> {
  const key = randomUUID();
  const data = { packName: "Small", credits: 5, amountCents: 600, currency: "usd" };
  await rpc("queue_mail", { account_id: account, kind: "pack_receipt", key, data, at: clock.now });
  const [row] = await database.sql<Array<{ id: string }>>`select id from public.mail_outbox where key = ${key}`;
  return row?.id ?? "";
}

interface Heard {
  mail: string;
  address: string;
  state: "bounced" | "delivered";
  at: string;
}

async function hear({ mail, address, state, at }: Heard): Promise<void> {
  const [copy] = await database.sql<Array<{ id: string }>>`
    select id from public.mail_deliveries where mail_id = ${mail} and address = ${address}`;
  const event = { id: randomUUID(), type: `email.${state}`, state, delivery_id: copy?.id, provider_id: randomUUID() };
  const rest = { address, reason: "said so", is_final: state === "bounced", happened_at: at };
  await rpc("receive_mail_event", { event: { ...event, ...rest }, livemode: false, at: clock.now });
}

const formerMails = (address: string) =>
  database.sql<Array<{ id: string; kind: string; data: Record<string, unknown> }>>`
    select id, kind, data from public.mail_outbox where audience = 'address' and address = ${address}`;
const troubleOf = async (address: string) =>
  (await database.sql`select trouble from public.mail_addresses where address = ${address}`)[0]?.trouble ?? null;

test("whoever had an address until now is told there that it was changed, once, without the whole new one", async () => {
  const anna = await person();
  const fresh = await moveTo(anna, `anna-${randomUUID()}@new.test`);
  const [mail, ...more] = await formerMails(anna.email);
  expect(more).toEqual([]);
  expect(mail?.kind).toBe("address_changed");
  expect(await send(mail?.id ?? "")).toEqual([anna.email]);
  const { text, html } = await renderMail("address_changed", mail?.data);
  expect(text).toContain("a…@new.test");
  expect(text).toContain("help@example.com");
  expect(`${text}${html}`).not.toContain(fresh);
});

test("an address that was never confirmed, one that only changes its case, and a person who leaves are not told", async () => {
  const [never, spelled, leaving] = [await person(), await person(), await person()];
  await database.sql`update auth.users set email_confirmed_at = null where id = ${never.userId}`;
  await moveTo(never);
  await moveTo(spelled, spelled.email.toUpperCase());
  await database.sql`update auth.users set email = ${randomUUID()}, deleted_at = now() where id = ${leaving.userId}`;
  for (const { email } of [never, spelled, leaving]) expect(await formerMails(email)).toEqual([]);
});

test("a former address that takes no mail is no alert: nobody could mend it", async () => {
  const anna = await person();
  await moveTo(anna);
  const [mail] = await formerMails(anna.email);
  await send(mail?.id ?? "");
  await hear({ mail: mail?.id ?? "", address: anna.email, state: "bounced", at: "2026-11-22T10:00:00Z" });
  expect(await database.sql`select id from public.alerts where key = ${anna.email} and closed_at is null`).toEqual([]);
});

test("a mail that is sent again for one owner goes to no other owner twice, at whatever address they are now", async () => {
  const [anna, ben] = [await person(), await person()];
  const mail = await queue(await teamOf(anna, ben));
  expect(await send(mail)).toEqual([anna.email, ben.email].sort());
  await hear({ mail, address: anna.email, state: "delivered", at: "2026-11-22T10:00:00Z" });
  await hear({ mail, address: ben.email, state: "bounced", at: "2026-11-22T10:00:00Z" });
  await moveTo(anna);
  const fresh = await moveTo(ben);
  expect(await send(mail)).toEqual([fresh]);
});

test("a bounce that is heard of late does not spoil an address that has taken mail since", async () => {
  const anna = await person();
  const [first, second] = [await queue(anna.accountId), await queue(anna.accountId)];
  for (const mail of [first, second]) await send(mail);
  await hear({ mail: second, address: anna.email, state: "delivered", at: "2026-11-22T09:00:00Z" });
  await hear({ mail: first, address: anna.email, state: "bounced", at: "2026-11-22T08:00:00Z" });
  expect(await troubleOf(anna.email)).toBeNull();
  const third = await queue(anna.accountId);
  await send(third);
  await hear({ mail: third, address: anna.email, state: "bounced", at: "2026-11-22T09:30:00Z" });
  expect(await troubleOf(anna.email)).toBe("bounced");
});
