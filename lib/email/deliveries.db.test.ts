import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { POST as unsubscribe } from "@/app/api/unsubscribe/route";
import { type ClonedDatabase, cloneDatabase } from "@/e2e/database/clone";
import { createPerson, createTeam } from "@/e2e/database/people";
import { userId } from "@/lib/billing/units";
import { closeDatabase } from "@/lib/supabase/direct";
import { rpc } from "@/lib/supabase/rpc";
import { type Mailbox, startMailbox } from "@/local/mailbox/server";
import { signedHeaders } from "@/local/mailbox/webhooks";
import { chooseMail } from "./choices";
import { MAX_DELIVERY_BYTES } from "./deliveries";
import { sendDueMail } from "./outbox";
import { readMail, readMails } from "./sent";
import { unsubscribeLinks } from "./unsubscribe";

vi.mock("@/lib/clock", () => ({ now: () => clock.now }));
const clock = { now: new Date("2026-11-22T10:00:00Z") };
const secret = `whsec_${Buffer.from("a secret of the tests only").toString("base64")}`;

let database: ClonedDatabase;
let mailbox: Mailbox;
let app: Server;
let directory: string;
const heard: Array<{ body: string; headers: Record<string, string> }> = [];

async function take(body: string, headers: Record<string, string>): Promise<Response> {
  const { POST } = await import("@/app/api/resend/webhook/route");
  return POST(new Request("http://localhost:3000/api/resend/webhook", { method: "POST", body, headers }));
}

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "ledgerline-mail-"));
  app = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const message = { body: Buffer.concat(parts).toString(), headers: request.headers as Record<string, string> };
      heard.push(message);
      take(message.body, message.headers).then(
        ({ status }) => response.writeHead(status).end(),
        () => response.writeHead(500).end(),
      );
    });
  });
  await new Promise<void>((resolve) => app.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(app.address() as AddressInfo).port}`;
  [database, mailbox] = await Promise.all([
    cloneDatabase(),
    startMailbox({ port: 0, file: join(directory, "mailbox.jsonl"), webhook: { url, secret } }),
  ]);
  const settings = {
    DATABASE_URL: `${database.url}?ledgerline.movable_clock=on`,
    LEDGERLINE_LOCAL: "1",
    APP_URL: "http://localhost:3000",
    SUPABASE_SECRET_KEY: "sb_secret_of_the_tests",
    STRIPE_SECRET_KEY: "sk_test_1",
    RESEND_API_KEY: "re_test",
    RESEND_BASE_URL: `http://127.0.0.1:${mailbox.port}`,
    RESEND_WEBHOOK_SECRET: `whsec_b2xk, ${secret}`,
    MAIL_FROM: "Northwind <hello@example.com>",
    SUPPORT_EMAIL: "help@example.com",
  };
  for (const [name, value] of Object.entries(settings)) vi.stubEnv(name, value);
});
afterAll(async () => {
  await mailbox.close();
  await new Promise((resolve) => app.close(resolve));
  await closeDatabase();
  await database.drop();
  rmSync(directory, { recursive: true });
});

const person = (word: string) => createPerson(database.sql, { email: `${word}+${randomUUID()}@example.test` });
const FAILED = { kind: "payment_failed", data: { amountCents: 2900, currency: "usd" } };
const LOW = { kind: "low_credit", data: { available: 5, threshold: 10 } };

async function send(
  account: string,
  mail: { kind: string; data: object },
  key: string = randomUUID(),
): Promise<string> {
  await rpc("queue_mail", { account_id: account, ...mail, key, at: clock.now });
  await sendDueMail();
  await mailbox.settled();
  const [row] = await database.sql`select id from public.mail_outbox where account_id = ${account} and key = ${key}`;
  return row?.id as string;
}

const copiesOf = async (id: string) =>
  Object.fromEntries(
    (await database.sql`select address, state from public.mail_deliveries where mail_id = ${id}`).map((row) => [
      row.address,
      row.state,
    ]),
  );
const inMailbox = async (to: string): Promise<Array<{ subject: string; headers: Record<string, string> }>> =>
  (await fetch(`http://127.0.0.1:${mailbox.port}/api/mails?to=${encodeURIComponent(to)}`)).json();
const alertsAbout = async (address: string) =>
  database.sql`select account_id, closed_at, data from public.alerts where kind = 'mail_bounced' and key = ${address}`;
const unreached = (account: string) => rpc<Array<{ address: string }>>("read_unreached", { account_id: account });

const letsAddressBe = (user: string, email: string) =>
  database.sql`update auth.users set email = ${email} where id = ${user}`;

test("what became of each owner's copy is known, and one who cannot be reached keeps it from nobody else", async () => {
  const [anna, ben] = [await person("anna"), await person("bounced")];
  const team = await createTeam(database.sql, [
    { userId: anna.userId, role: "owner" },
    { userId: ben.userId, role: "owner" },
  ]);
  const mail = await send(team, FAILED);
  expect(await copiesOf(mail)).toEqual({ [anna.email]: "delivered", [ben.email]: "bounced" });
  expect(await inMailbox(anna.email)).toHaveLength(1);
  expect(await unreached(team)).toMatchObject([{ address: ben.email }]);
  expect(await unreached(anna.accountId)).toEqual([]);
});

test("a mail about an unpaid invoice that bounces is an alert, once, with whom it did not reach and why", async () => {
  const ben = await person("bounced");
  await send(ben.accountId, FAILED);
  await send(ben.accountId, FAILED);
  const alerts = await alertsAbout(ben.email);
  expect(alerts).toMatchObject([{ account_id: ben.accountId, closed_at: null }]);
  expect(alerts[0]?.data).toMatchObject({ address: ben.email, kind: "payment_failed" });
});

test("mail that is a choice is kept back from an address that bounced or complained; what must be told is not", async () => {
  for (const word of ["bounced", "complained"]) {
    const ben = await person(word);
    await send(ben.accountId, FAILED);
    const low = await send(ben.accountId, LOW);
    expect(await copiesOf(low)).toEqual({ [ben.email]: "withheld" });
    const [row] =
      await database.sql`select sent_at, withheld_at, next_attempt_at from public.mail_outbox where id = ${low}`;
    expect(row).toEqual({ sent_at: null, withheld_at: clock.now, next_attempt_at: null });
    await send(ben.accountId, FAILED);
    expect(await inMailbox(ben.email)).toHaveLength(2);
  }
});

test("a message that comes twice, late or in the wrong order changes nothing", async () => {
  const ben = await person("bounced");
  const mail = await send(ben.accountId, FAILED);
  const about = heard.filter(({ body }) => body.includes(ben.email));
  expect(about).toHaveLength(2);
  for (const { body, headers } of about.toReversed()) {
    const answer = await take(body, headers);
    expect(await answer.json()).toEqual({ code: "known" });
    const again = await take(body, { ...signedHeaders(randomUUID(), body, secret) });
    expect(await again.json()).toEqual({ code: "ignored" });
  }
  expect(await copiesOf(mail)).toEqual({ [ben.email]: "bounced" });
});

test("what is not signed by Resend, is old, too large, or comes while no secret is set is refused", async () => {
  const body = JSON.stringify({ type: "email.bounced", created_at: "2026-11-22T10:00:00Z", data: {} });
  const good = () => signedHeaders("msg_1", body, secret);
  expect((await take(`${body} `, good())).status).toBe(400);
  expect((await take(body, {})).status).toBe(400);
  expect((await take(body, { ...good(), "svix-signature": "nonsense" })).status).toBe(400);
  const tenMinutesAgo = Math.floor(Date.now() / 1000) - 600;
  expect((await take(body, signedHeaders("msg_1", body, secret, tenMinutesAgo))).status).toBe(400);
  expect((await take("x".repeat(MAX_DELIVERY_BYTES + 1), good())).status).toBe(413);
  vi.stubEnv("RESEND_WEBHOOK_SECRET", "");
  expect((await take(body, good())).status).toBe(404);
  vi.stubEnv("RESEND_WEBHOOK_SECRET", secret);
  const other = JSON.stringify({ type: "domain.updated", created_at: "2026-11-22T10:00:00Z", data: { id: "d_1" } });
  expect(await (await take(other, signedHeaders("msg_2", other, secret))).json()).toEqual({ code: "ignored" });
});

test("a mail that had to be told and bounced goes to the new address, and to nobody twice", async () => {
  const [anna, ben] = [await person("anna"), await person("bounced")];
  const team = await createTeam(database.sql, [
    { userId: anna.userId, role: "owner" },
    { userId: ben.userId, role: "owner" },
  ]);
  const receipt = await send(team, {
    kind: "pack_receipt",
    data: { packName: "Small", credits: 5, amountCents: 600, currency: "usd" },
  });
  const fresh = `ben-${randomUUID()}@example.test`;
  await letsAddressBe(ben.userId, fresh);
  await sendDueMail();
  await mailbox.settled();
  expect(await copiesOf(receipt)).toEqual({ [anna.email]: "delivered", [ben.email]: "bounced", [fresh]: "delivered" });
  expect(await inMailbox(anna.email)).toHaveLength(1);
  expect(await inMailbox(fresh)).toHaveLength(1);
  expect(await unreached(team)).toEqual([]);
  expect((await alertsAbout(ben.email))[0]?.closed_at).not.toBeNull();
});

test("of bounced mails about an unpaid invoice only the newest is sent again, and none once it is paid", async () => {
  const openCase = async (account: string) => {
    const customer = `cus_${account.slice(0, 8)}`;
    await database.sql`insert into public.stripe_customers (customer_id, account_id, livemode, created_at)
      values (${customer}, ${account}, false, ${clock.now})`;
    await database.sql`insert into public.dunning_cases (account_id, customer_id, livemode, stage, opened_at, asked_at, ask_at)
      values (${account}, ${customer}, false, 'retrying', ${clock.now}, ${clock.now}, ${clock.now})`;
  };
  const [owing, paid] = [await person("bounced"), await person("bounced")];
  await openCase(owing.accountId);
  for (const { accountId } of [owing, paid]) {
    await send(accountId, FAILED);
    clock.now = new Date(clock.now.getTime() + 1000);
    await send(accountId, { kind: "payment_warned", data: {} });
  }
  const addresses = await Promise.all(
    [owing, paid].map(async ({ userId: id }) => {
      const fresh = `new-${randomUUID()}@example.test`;
      await letsAddressBe(id, fresh);
      return fresh;
    }),
  );
  await sendDueMail();
  const subjects = await Promise.all(
    addresses.map(async (address) => (await inMailbox(address)).map(({ subject }) => subject)),
  );
  expect(subjects).toEqual([["Pay now to keep your plan"], []]);
});

test("one press in a mail program stops mail of that kind for that person alone, and only by our token", async () => {
  const [anna, ben] = [await person("anna"), await person("ben")];
  const team = await createTeam(database.sql, [
    { userId: anna.userId, role: "owner" },
    { userId: ben.userId, role: "owner" },
  ]);
  await send(team, LOW);
  const [mail] = await inMailbox(anna.email);
  expect(mail?.headers["List-Unsubscribe-Post"]).toBe("List-Unsubscribe=One-Click");
  const link = /^<(.+)>$/.exec(mail?.headers["List-Unsubscribe"] ?? "")?.[1] ?? "";
  const press = (url: string) => unsubscribe(new Request(url, { method: "POST", body: "List-Unsubscribe=One-Click" }));
  expect((await press(link.replace(anna.userId, ben.userId))).status).toBe(404);
  expect((await press(link.replace("low_credit", "payment_failed"))).status).toBe(404);
  expect((await press(link)).status).toBe(200);
  expect((await press(link)).status).toBe(200);

  const next = await send(team, LOW);
  expect(await copiesOf(next)).toEqual({ [anna.email]: "withheld", [ben.email]: "delivered" });
  const must = await send(team, FAILED);
  expect(await copiesOf(must)).toEqual({ [anna.email]: "delivered", [ben.email]: "delivered" });
  expect((await inMailbox(anna.email))[0]?.headers).toEqual({});
});

test("whoever complained and then asks for the mail again gets it", async () => {
  const ben = await person("complained");
  await send(ben.accountId, LOW);
  expect(await copiesOf(await send(ben.accountId, LOW))).toEqual({ [ben.email]: "withheld" });
  await chooseMail(userId(ben.userId), "low_credit", true);
  expect(await copiesOf(await send(ben.accountId, LOW))).toEqual({ [ben.email]: "complained" });
});

test("an admin's second try goes to whom it did not reach, and to nobody else", async () => {
  const [anna, ben] = [await person("anna"), await person("bounced")];
  const team = await createTeam(database.sql, [
    { userId: anna.userId, role: "owner" },
    { userId: ben.userId, role: "owner" },
  ]);
  const mail = await send(team, FAILED);
  expect(await rpc("resend_mail", { mail_id: mail, at: clock.now })).toEqual({ ok: true, code: "queued" });
  await sendDueMail();
  await mailbox.settled();
  expect(await inMailbox(anna.email)).toHaveLength(1);
  expect(await inMailbox(ben.email)).toHaveLength(2);
  const arrived = await send(anna.accountId, FAILED);
  expect(await rpc("resend_mail", { mail_id: arrived, at: clock.now })).toEqual({ ok: false, code: "arrived" });
});

test("admins see every mail with its copies, what did not arrive by itself, and page by page", async () => {
  clock.now = new Date(Date.now() + 1000);
  const [anna, ben] = [await person("anna"), await person("bounced")];
  const first = await send(ben.accountId, FAILED);
  clock.now = new Date(clock.now.getTime() + 1000);
  const second = await send(anna.accountId, FAILED);
  const newest = await readMails({ list: "all", most: 1 });
  expect(newest).toMatchObject([{ id: second, copies: [{ address: anna.email, state: "delivered" }] }]);
  const older = await readMails({ list: "all", before: newest[0]?.id, most: 1 });
  expect(older).toMatchObject([{ id: first, copies: [{ address: ben.email, state: "bounced" }] }]);
  expect((await readMails({ list: "trouble", most: 1 })).map(({ id }) => id)).toEqual([first]);
  expect(await readMail(first)).toMatchObject({ kind: "payment_failed", account: ben.accountId });
  expect(await readMail(randomUUID())).toBeNull();
});

test("a link that stops mail names its person and kind, and nothing of it can be changed", () => {
  const { page } = unsubscribeLinks(userId(randomUUID()), "low_credit");
  expect(page).toMatch(/^http:\/\/localhost:3000\/unsubscribe\?token=/);
});
