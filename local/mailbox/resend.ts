import { createHash } from "node:crypto";
import { addressOf, type Mail, type MailStore } from "./store.ts";
import { fateOf } from "./webhooks.ts";

export interface Answer {
  status: number;
  body: unknown;
}

type NewMail = Omit<Mail, "id" | "createdAt">;

class Refusal extends Error {
  readonly status: number;
  constructor(status: number, name: string, message: string) {
    super(message);
    this.name = name;
    this.status = status;
  }
}

/**
 * Answers the part of Resend's API that sends mail, as Resend does.
 *
 * @param path from `/emails` on
 * @param headers lower-case names
 */
export function answerResend(
  store: MailStore,
  {
    method,
    path,
    headers,
    body,
  }: { method: string; path: string; headers: Record<string, string | undefined>; body: string },
): Answer {
  try {
    requireKey(headers.authorization);
    const one = /^\/emails\/([0-9a-f-]{36})$/.exec(path)?.[1];
    if (method === "GET" && one) return { status: 200, body: retrieve(store, one) };
    if (method === "POST" && path === "/emails") {
      const [id] = send(store, headers["idempotency-key"], body, (parsed) => [toMail(parsed)]);
      return { status: 200, body: { id } };
    }
    if (method === "POST" && path === "/emails/batch") {
      const ids = send(store, headers["idempotency-key"], body, toBatch);
      return { status: 200, body: { data: ids.map((id) => ({ id })) } };
    }
    throw new Refusal(404, "not_found", "The requested endpoint does not exist.");
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { status: error.status, body: { statusCode: error.status, name: error.name, message: error.message } };
  }
}

function requireKey(authorization: string | undefined): void {
  const key = /^Bearer (.+)$/.exec(authorization ?? "")?.[1];
  if (!key) throw new Refusal(401, "missing_api_key", "Missing API key in the authorization header.");
  if (!key.startsWith("re_")) throw new Refusal(403, "invalid_api_key", "API key is invalid.");
}

function send(store: MailStore, key: string | undefined, body: string, read: (parsed: unknown) => NewMail[]): string[] {
  if (key !== undefined && (key.length === 0 || key.length > 256)) {
    throw new Refusal(400, "invalid_idempotency_key", "The idempotency key must be between 1-256 characters.");
  }
  const parsed = parse(body);
  const fingerprint = createHash("sha256").update(JSON.stringify(parsed)).digest("hex");
  const earlier = key ? store.answeredTo(key) : undefined;
  if (earlier && earlier.fingerprint !== fingerprint) {
    throw new Refusal(409, "invalid_idempotent_request", "Same idempotency key used with a different request payload.");
  }
  if (earlier) return earlier.ids;
  return store.add(read(parsed), key ? { key, fingerprint } : undefined);
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new Refusal(400, "validation_error", "The request body is not valid JSON.");
  }
}

function toBatch(parsed: unknown): NewMail[] {
  if (!Array.isArray(parsed) || parsed.length === 0 || parsed.length > 100) {
    throw new Refusal(422, "validation_error", "A batch is an array of 1 to 100 emails.");
  }
  return parsed.map(toMail);
}

function toMail(parsed: unknown): NewMail {
  const given: Record<string, unknown> = typeof parsed === "object" && parsed !== null ? { ...parsed } : {};
  for (const field of ["from", "to", "subject"]) {
    if (given[field] === undefined || given[field] === null || given[field] === "") {
      throw new Refusal(422, "missing_required_field", `Missing \`${field}\` field.`);
    }
  }
  const html = text(given.html, "html");
  const plain = text(given.text, "text");
  if (html === null && plain === null) {
    throw new Refusal(422, "missing_required_field", "Missing `html` or `text` field.");
  }
  const from = text(given.from, "from") ?? "";
  if (!isAddress(from)) {
    const form = "The email address needs to follow the `email@example.com` or `Name <email@example.com>` format.";
    throw new Refusal(422, "validation_error", `Invalid \`from\` field. ${form}`);
  }
  const to = addresses(given.to, "to");
  if (to.length === 0 || to.length > 50) throw new Refusal(422, "validation_error", "`to` takes 1 to 50 addresses.");
  return {
    from,
    to,
    cc: addresses(given.cc, "cc"),
    bcc: addresses(given.bcc, "bcc"),
    replyTo: addresses(given.reply_to, "reply_to"),
    subject: text(given.subject, "subject") ?? "",
    html,
    text: plain,
    headers: lines(given.headers),
    tags: tags(given.tags),
  };
}

function text(value: unknown, field: string): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value !== "string")
    throw new Refusal(422, "validation_error", `The \`${field}\` field must be a \`string\`.`);
  return value;
}

function lines(value: unknown): Record<string, string> {
  if (value === undefined || value === null) return {};
  if (typeof value === "object" && Object.values(value).every((line) => typeof line === "string"))
    return { ...value } as Record<string, string>;
  throw new Refusal(422, "validation_error", "The `headers` field must be an object of strings.");
}

function tags(value: unknown): Record<string, string> {
  const list: unknown[] = Array.isArray(value) ? value : [];
  return Object.fromEntries(
    list.map((tag) => {
      const { name, value: content }: Record<string, unknown> =
        typeof tag === "object" && tag !== null ? { ...tag } : {};
      if (
        typeof name === "string" &&
        typeof content === "string" &&
        [name, content].every((word) => /^[\w-]{1,256}$/.test(word))
      )
        return [name, content];
      throw new Refusal(
        422,
        "validation_error",
        "Tags should only contain ASCII letters, numbers, underscores, or dashes.",
      );
    }),
  );
}

function addresses(value: unknown, field: string): string[] {
  if (value === undefined || value === null) return [];
  const list: unknown[] = Array.isArray(value) ? value : [value];
  return list.map((address) => {
    if (typeof address === "string" && isAddress(address)) return address;
    throw new Refusal(422, "validation_error", `Invalid \`${field}\` field.`);
  });
}

function isAddress(value: string): boolean {
  return /^[^\s@<>]+@[^\s@<>]+$/.test(addressOf(value));
}

function retrieve(store: MailStore, id: string): unknown {
  const mail = store.find(id);
  if (!mail) throw new Refusal(404, "not_found", "Email not found");
  return {
    object: "email",
    id: mail.id,
    to: mail.to,
    from: mail.from,
    created_at: mail.createdAt,
    subject: mail.subject,
    html: mail.html,
    text: mail.text,
    bcc: mail.bcc,
    cc: mail.cc,
    reply_to: mail.replyTo,
    last_event: mail.to.some((address) => fateOf(address, false) === "bounced") ? "bounced" : "delivered",
  };
}
