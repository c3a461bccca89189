import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { listen, unlisten } from "../listen.ts";
import { framedHtml, mailboxPage } from "./page.ts";
import { answerResend } from "./resend.ts";
import { MailStore } from "./store.ts";
import { fateOf, WebhookSender, type WebhookTarget } from "./webhooks.ts";

export interface Mailbox {
  port: number;
  /** Resolves when the app was told what became of every mail so far. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

const MOST_BYTES = 40 * 1024 * 1024;

/**
 * Starts the mailbox on the loopback address: Resend's API for the app (`/emails`), a page to read the mail (`/`),
 * and an API for tests: `GET /api/mails?to=…` (newest first) and `DELETE /api/mails?to=…`.
 *
 * @param port 0 takes any free one
 * @param file where the mail is kept
 * @param webhook where it tells what became of each mail; without one it tells nobody
 */
export async function startMailbox({
  port,
  file,
  webhook,
}: {
  port: number;
  file: string;
  webhook?: WebhookTarget;
}): Promise<Mailbox> {
  const sender = webhook && new WebhookSender(webhook);
  const store: MailStore = new MailStore(file, (mail) => {
    // Auth's own mail comes another way at Supabase, and nobody is told of it.
    if (mail.tags && Object.keys(mail.tags).length > 0) sender?.tell(mail, hasBounced);
  });
  const hasBounced = (address: string) => fateOf(address, false) === "bounced" && store.list(address).length > 1;
  const server = createServer((request, response) => {
    answer(store, request, response).catch((error: unknown) => {
      reply(response, 500, { statusCode: 500, name: "internal_server_error", message: String(error) });
    });
  });
  await listen(server, port);
  const address = server.address();
  return {
    port: address && typeof address === "object" ? address.port : port,
    settled: async () => sender?.settled(),
    close: async () => {
      sender?.close();
      await unlisten(server);
    },
  };
}

async function answer(store: MailStore, request: IncomingMessage, response: ServerResponse): Promise<void> {
  // A page elsewhere could otherwise read the mail by pointing a name of its own at 127.0.0.1.
  if (!/^(127\.0\.0\.1|localhost)(:\d+)?$/.test(request.headers.host ?? "")) return reply(response, 403, "Not here.");
  const url = new URL(request.url ?? "/", "http://127.0.0.1");
  const method = request.method ?? "GET";
  if (url.pathname.startsWith("/emails")) {
    const { authorization, "idempotency-key": key } = request.headers;
    const headers = { authorization, "idempotency-key": Array.isArray(key) ? key[0] : key };
    const { status, body } = answerResend(store, { method, path: url.pathname, headers, body: await read(request) });
    return reply(response, status, body);
  }
  const to = url.searchParams.get("to");
  if (url.pathname === "/api/mails" && method === "GET") {
    return reply(response, 200, store.list(to).slice(0, Number(url.searchParams.get("limit") ?? 100)));
  }
  if (url.pathname === "/api/mails" && method === "DELETE") {
    store.clear(to);
    return reply(response, 200, { deleted: true });
  }
  if (method !== "GET") return reply(response, 405, { message: "Method not allowed." });
  const [, id, part] = /^\/mails\/([0-9a-f-]{36})(\/html)?$/.exec(url.pathname) ?? [];
  const open = id ? store.find(id) : undefined;
  if (part && open) return html(response, framedHtml(open), "sandbox allow-popups allow-popups-to-escape-sandbox");
  if (url.pathname === "/" || open) return html(response, mailboxPage(store.list().slice(0, 200), open));
  reply(response, 404, { message: "There is no such page or mail." });
}

function reply(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

function html(response: ServerResponse, page: string, policy?: string): void {
  response.writeHead(200, {
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-store",
    ...(policy ? { "content-security-policy": policy } : {}),
  });
  response.end(page);
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) throw new Error("A mail has at most 40 MB.");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
