import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Resend } from "resend";
import { afterEach, beforeEach, expect, test } from "vitest";
import { listen, unlisten } from "../listen.ts";
import { type Mailbox, startMailbox } from "./server.ts";
import type { Mail } from "./store.ts";
import { fateOf } from "./webhooks.ts";

let directory: string;
let mailbox: Mailbox;

const file = () => join(directory, "mailbox.jsonl");
const address = (path = "") => `http://127.0.0.1:${mailbox.port}${path}`;
const resend = () => new Resend("re_local_test", { baseUrl: address() });
const mails = async (to = ""): Promise<Mail[]> => (await fetch(address(`/api/mails?to=${to}`))).json();
const letter = {
  from: "Ledgerline <hello@ledgerline.test>",
  to: "anna@example.test",
  subject: "Hello",
  html: "<p>Hi</p>",
  text: "Hi",
};

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "ledgerline-mailbox-"));
  mailbox = await startMailbox({ port: 0, file: file() });
});
afterEach(async () => {
  await mailbox.close();
  rmSync(directory, { recursive: true });
});

test("mail sent with Resend's own client arrives and can be read back", async () => {
  const sent = await resend().emails.send(letter);
  expect(sent.error).toBeNull();
  expect(await mails("ANNA@example.test")).toMatchObject([{ id: sent.data?.id, subject: "Hello", text: "Hi" }]);
  expect((await resend().emails.get(sent.data?.id ?? "")).data).toMatchObject({
    subject: "Hello",
    to: ["anna@example.test"],
  });
});

test("a repeated idempotency key sends nothing new and answers the same id", async () => {
  const first = await resend().emails.send(letter, { idempotencyKey: "k1" });
  const again = await resend().emails.send(letter, { idempotencyKey: "k1" });
  expect(again.data?.id).toBe(first.data?.id);
  expect(await mails()).toHaveLength(1);
});

test("an idempotency key used for another mail is refused, also after a restart", async () => {
  await resend().emails.send(letter, { idempotencyKey: "k1" });
  await mailbox.close();
  mailbox = await startMailbox({ port: 0, file: file() });
  const other = await resend().emails.send({ ...letter, subject: "Other" }, { idempotencyKey: "k1" });
  expect(other.error).toMatchObject({ name: "invalid_idempotent_request", statusCode: 409 });
  expect(await mails()).toHaveLength(1);
});

test("a batch is accepted whole or not at all", async () => {
  const both = await resend().batch.send([letter, { ...letter, to: ["bert@example.test"] }]);
  expect(both.data?.data).toHaveLength(2);
  const half = await resend().batch.send([letter, { ...letter, subject: "" }]);
  expect(half.error).toMatchObject({ name: "missing_required_field", statusCode: 422 });
  expect(await mails()).toHaveLength(2);
});

test.each([
  ["no subject", { ...letter, subject: undefined }, 422, "missing_required_field"],
  ["no recipient", { ...letter, to: undefined }, 422, "missing_required_field"],
  ["neither html nor text", { ...letter, html: undefined, text: undefined }, 422, "missing_required_field"],
  ["a sender that is no address", { ...letter, from: "Ledgerline" }, 422, "validation_error"],
  ["a recipient that is no address", { ...letter, to: ["anna"] }, 422, "validation_error"],
])("a mail with %s is refused", async (_, body, status, name) => {
  const answer = await fetch(address("/emails"), {
    method: "POST",
    headers: { authorization: "Bearer re_local_test", "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  expect(answer.status).toBe(status);
  expect(await answer.json()).toMatchObject({ name, statusCode: status });
  expect(await mails()).toHaveLength(0);
});

test("a request without a key is refused", async () => {
  const answer = await fetch(address("/emails"), { method: "POST", body: JSON.stringify(letter) });
  expect(answer.status).toBe(401);
});

test("mail survives a restart and goes away when deleted", async () => {
  await resend().emails.send(letter);
  await mailbox.close();
  mailbox = await startMailbox({ port: 0, file: file() });
  expect(await mails()).toHaveLength(1);
  await fetch(address("/api/mails?to=anna@example.test"), { method: "DELETE" });
  await mailbox.close();
  mailbox = await startMailbox({ port: 0, file: file() });
  expect(await mails()).toHaveLength(0);
});

test("a mail's own scripts cannot run in the page that shows it", async () => {
  const sent = await resend().emails.send({
    ...letter,
    subject: "<script>alert(1)</script>",
    html: "<script>alert(1)</script>",
  });
  const page = await (await fetch(address(`/mails/${sent.data?.id}`))).text();
  expect(page).not.toContain("<script>alert");
  const framed = await fetch(address(`/mails/${sent.data?.id}/html`));
  expect(framed.headers.get("content-security-policy")).toBe("sandbox allow-popups allow-popups-to-escape-sandbox");
});

test("a stranger's host name gets no mail", async () => {
  const { request } = await import("node:http");
  const status = await new Promise((resolve) => {
    request(address("/api/mails"), { headers: { host: "evil.test" } }, (answer) => resolve(answer.statusCode)).end();
  });
  expect(status).toBe(403);
});

test.each([
  ["anna@example.test", false, "delivered"],
  ["bounced@example.test", false, "bounced"],
  ["Anna <bounced+anna@example.test>", false, "bounced"],
  ["bounced@example.test", true, "suppressed"],
  ["complained.anna@example.test", false, "complained"],
  ["delayed@example.test", false, "delayed"],
  ["bouncedanna@example.test", false, "delivered"],
])("mail to %s, bounced before: %s, is %s", (to, before, fate) => {
  expect(fateOf(to, before)).toBe(fate);
});

test("the app is told what became of a mail by messages that Resend's own client takes as Resend's, again until it hears", async () => {
  const secret = `whsec_${Buffer.from("a secret of the tests only").toString("base64")}`;
  const heard: Array<{ type: string; data: { to: string[]; tags?: object } }> = [];
  let deaf = true;
  const app = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      if (deaf) {
        deaf = false;
        response.writeHead(503).end();
        return;
      }
      const header = (name: string) => String(request.headers[name]);
      const payload = Buffer.concat(parts).toString();
      const headers = {
        id: header("svix-id"),
        timestamp: header("svix-timestamp"),
        signature: header("svix-signature"),
      };
      heard.push(
        new Resend("re_x").webhooks.verify({ payload, headers, webhookSecret: secret }) as (typeof heard)[number],
      );
      response.writeHead(200).end();
    });
  });
  await listen(app, 0);
  const target = app.address();
  const port = target && typeof target === "object" ? target.port : 0;
  await mailbox.close();
  mailbox = await startMailbox({ port: 0, file: file(), webhook: { url: `http://127.0.0.1:${port}`, secret } });
  const tags = [{ name: "delivery", value: "one" }];
  await resend().emails.send({ ...letter, to: "bounced@example.test", tags });
  await resend().emails.send({ ...letter, to: "bounced@example.test", tags });
  await resend().emails.send(letter);
  await mailbox.settled();
  await unlisten(app);
  expect(heard.map(({ type }) => type)).toEqual(["email.sent", "email.bounced", "email.sent", "email.suppressed"]);
  expect(heard[1]?.data).toMatchObject({
    to: ["bounced@example.test"],
    tags: { delivery: "one" },
    bounce: { type: "Permanent" },
  });
});
