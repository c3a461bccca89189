import { randomUUID } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { type ClonedDatabase, cloneDatabase } from "@/e2e/database/clone";
import { createPerson } from "@/e2e/database/people";
import { closeDatabase } from "@/lib/supabase/direct";
import { rpc } from "@/lib/supabase/rpc";
import { sendDueMail } from "./outbox";

interface Received {
  key: string | undefined;
  to: string[];
  subject: string;
}

let database: ClonedDatabase;
let resend: Server;
let received: Received[] = [];
let status = 200;
let problem = "application_error";
const clock = { now: new Date("2026-11-22T10:00:00Z") };

vi.mock("@/lib/clock", () => ({ now: () => clock.now }));

beforeAll(async () => {
  database = await cloneDatabase();
  resend = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const body = JSON.parse(Buffer.concat(parts).toString()) as { to: string[]; subject: string };
      const key = request.headers["idempotency-key"];
      received.push({ key: typeof key === "string" ? key : undefined, to: body.to, subject: body.subject });
      response.writeHead(status, { "content-type": "application/json" });
      response.end(
        JSON.stringify(status === 200 ? { id: randomUUID() } : { name: problem, message: "down", statusCode: status }),
      );
    });
  });
  await new Promise<void>((resolve) => resend.listen(0, "127.0.0.1", resolve));
  vi.stubEnv("DATABASE_URL", `${database.url}?ledgerline.movable_clock=on`);
  vi.stubEnv("LEDGERLINE_LOCAL", "1");
  vi.stubEnv("APP_URL", "http://localhost:3000");
  vi.stubEnv("SUPABASE_SECRET_KEY", "sb_secret_of_the_tests");
  vi.stubEnv("RESEND_API_KEY", "re_test");
  vi.stubEnv("RESEND_BASE_URL", `http://127.0.0.1:${(resend.address() as AddressInfo).port}`);
  vi.stubEnv("MAIL_FROM", "Northwind <hello@example.com>");
  vi.stubEnv("SUPPORT_EMAIL", "help@example.com");
});
afterAll(async () => {
  await closeDatabase();
  await database.drop();
  await new Promise((resolve) => resend.close(resolve));
});
beforeEach(async () => {
  await database.sql`delete from public.mail_outbox`;
  received = [];
  status = 200;
  problem = "application_error";
  clock.now = new Date("2026-11-22T10:00:00Z");
});

async function queue(data: object = { available: 5, threshold: 10 }, kind = "low_credit") {
  const person = await createPerson(database.sql);
  await rpc("queue_mail", { account_id: person.accountId, kind, key: "first", data, at: clock.now });
  const [row] = await database.sql`select id from public.mail_outbox where account_id = ${person.accountId}`;
  return { ...person, id: row?.id as string };
}

async function rowOf(id: string) {
  const [row] =
    await database.sql`select sent_at, attempts, next_attempt_at, last_error from public.mail_outbox where id = ${id}`;
  return row;
}

const copiesOf = (id: string) =>
  database.sql`select id, address, state, reason, provider_id from public.mail_deliveries where mail_id = ${id} order by address`;

const passMinutes = (minutes: number) => {
  clock.now = new Date(clock.now.getTime() + minutes * 60_000);
};

test("a queued mail reaches the account's owner once, under the key of its row", async () => {
  const { id, email } = await queue();
  expect(await sendDueMail()).toEqual({ sent: 1, failed: 0, givenUp: 0 });
  expect(await sendDueMail()).toEqual({ sent: 0, failed: 0, givenUp: 0 });
  expect(received).toMatchObject([{ to: [email], subject: "You have 5 credits left" }]);
  expect(received[0]?.key).toBe((await copiesOf(id))[0]?.id);
  expect(await rowOf(id)).toMatchObject({ sent_at: clock.now, next_attempt_at: null, last_error: null });
});

test("two senders at once send each mail once", async () => {
  const queued = await Promise.all(Array.from({ length: 12 }, () => queue()));
  const results = await Promise.all([1, 2, 3, 4].map(() => sendDueMail({ limit: 5 })));
  expect(results.reduce((sum, { sent }) => sum + sent, 0)).toBe(12);
  expect(received.flatMap(({ to }) => to).sort()).toEqual(queued.map(({ email }) => email).sort());
});

test("a mail that Resend does not take stays, and is sent a minute later", async () => {
  const { id } = await queue();
  status = 500;
  expect(await sendDueMail()).toEqual({ sent: 0, failed: 1, givenUp: 0 });
  expect(await rowOf(id)).toMatchObject({ sent_at: null, attempts: 1, last_error: "application_error: down" });

  status = 200;
  expect(await sendDueMail()).toMatchObject({ sent: 0 });
  passMinutes(1);
  expect(await sendDueMail()).toMatchObject({ sent: 1 });
  expect((await rowOf(id))?.sent_at).toEqual(clock.now);
  expect(received).toHaveLength(2);
  expect(new Set(received.map(({ key }) => key)).size).toBe(1);
});

test("a mail is given up after 8 tries over two days, and the reason is kept", async () => {
  const { id } = await queue();
  status = 500;
  const results: string[] = [];
  for (let tries = 0; tries < 8; tries += 1) {
    const { failed, givenUp } = await sendDueMail();
    results.push(failed ? "failed" : givenUp ? "given up" : "nothing");
    passMinutes(24 * 60);
  }
  expect(results).toEqual([...Array.from({ length: 7 }, () => "failed"), "given up"]);
  expect(await sendDueMail()).toEqual({ sent: 0, failed: 0, givenUp: 0 });
  expect(await rowOf(id)).toMatchObject({
    sent_at: null,
    attempts: 8,
    next_attempt_at: null,
    last_error: "application_error: down",
  });
});

test("a sender that died leaves its mail to the next one after five minutes", async () => {
  const { id } = await queue();
  await rpc("claim_mail", { most: 1, at: clock.now });
  passMinutes(4);
  expect(await sendDueMail()).toMatchObject({ sent: 0 });
  passMinutes(1);
  expect(await sendDueMail()).toMatchObject({ sent: 1 });
  expect((await rowOf(id))?.attempts).toBe(2);
});

test("one mail that cannot be drawn does not hold up the others", async () => {
  const broken = await queue({ available: "many" });
  const unknown = await queue({}, "greeting");
  const fine = await queue();
  expect(await sendDueMail()).toEqual({ sent: 1, failed: 2, givenUp: 0 });
  expect((await rowOf(fine.id))?.sent_at).not.toBeNull();
  expect((await rowOf(broken.id))?.last_error).toBeTruthy();
  expect((await rowOf(unknown.id))?.last_error).toContain("greeting");
});

test("a mail that Resend took before, under the same key, counts as sent", async () => {
  const { id } = await queue();
  status = 409;
  problem = "concurrent_idempotent_requests";
  expect(await sendDueMail()).toMatchObject({ failed: 1 });
  passMinutes(1);
  problem = "invalid_idempotent_request";
  expect(await sendDueMail()).toMatchObject({ sent: 1 });
  expect((await rowOf(id))?.sent_at).toEqual(clock.now);
});

test("without a configuration for mail nothing is claimed and nothing is lost", async () => {
  const { id } = await queue();
  vi.stubEnv("RESEND_API_KEY", "");
  await expect(sendDueMail()).rejects.toThrow(/RESEND_API_KEY/);
  vi.stubEnv("RESEND_API_KEY", "re_test");
  expect(await rowOf(id)).toMatchObject({ attempts: 0, last_error: null });
});

test("mail to the founders goes once to the addresses of ALERT_EMAIL, and without them to every admin", async () => {
  const data = { alerts: [{ title: "The tick stands still", text: "For an hour.", wayOut: "Look at the cron." }] };
  const tell = (key: string) => rpc("queue_founder_mail", { kind: "alerts", key, data, at: clock.now });
  const founder = await createPerson(database.sql);
  await database.sql`insert into public.platform_admins (user_id) values (${founder.userId})`;

  await tell("first");
  await tell("first");
  expect(await sendDueMail()).toEqual({ sent: 1, failed: 0, givenUp: 0 });
  vi.stubEnv("ALERT_EMAIL", "anna@example.com, ben@example.com");
  await tell("second");
  await sendDueMail();
  vi.stubEnv("ALERT_EMAIL", "");
  expect(received.map(({ to }) => to)).toEqual([[founder.email], ["anna@example.com"], ["ben@example.com"]]);
  await database.sql`delete from public.platform_admins`;
});

test("mail to founders of whom there are none says how to name some", async () => {
  await rpc("queue_founder_mail", {
    kind: "alerts",
    key: "nobody",
    data: { alerts: [{ title: "A", text: "B", wayOut: "C" }] },
    at: clock.now,
  });
  expect(await sendDueMail()).toMatchObject({ failed: 1 });
  const [row] = await database.sql`select last_error from public.mail_outbox where key = 'nobody'`;
  expect(row?.last_error).toMatch(/ALERT_EMAIL/);
});
