import { randomUUID } from "node:crypto";
import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

export interface Mail {
  id: string;
  from: string;
  to: string[];
  cc: string[];
  bcc: string[];
  replyTo: string[];
  subject: string;
  html: string | null;
  text: string | null;
  /** What the sender wrote into the head, such as List-Unsubscribe; absent for mail of auth. */
  headers?: Record<string, string>;
  tags?: Record<string, string>;
  /** ISO 8601, by the machine's clock. */
  createdAt: string;
}

interface Answered {
  key: string;
  fingerprint: string;
  ids: string[];
  answeredAt: number;
}

type Line = { mail: Mail } | { answered: Answered };

const KEPT_MS = 24 * 60 * 60 * 1000;
const MOST = 2_000;

/** The mail that arrived, kept in one file of JSON lines so that it survives a restart. */
export class MailStore {
  private mails: Mail[] = [];
  private answers = new Map<string, Answered>();
  private readonly file: string;
  private readonly onMail: (mail: Mail) => void;

  /** @param onMail hears of each mail that was taken */
  constructor(file: string, onMail: (mail: Mail) => void = () => undefined) {
    this.file = file;
    this.onMail = onMail;
    mkdirSync(dirname(file), { recursive: true });
    if (!existsSync(file)) return;
    for (const line of readFileSync(file, "utf8").split("\n")) {
      const parsed = parseLine(line);
      if (parsed && "mail" in parsed) this.mails.push(parsed.mail);
      if (parsed && "answered" in parsed) this.answers.set(parsed.answered.key, parsed.answered);
    }
    this.mails = this.mails.slice(-MOST);
    this.rewrite();
  }

  /** Stores mails that were accepted together, and under which key, and answers their ids. */
  add(mails: Array<Omit<Mail, "id" | "createdAt">>, idempotency?: { key: string; fingerprint: string }): string[] {
    const createdAt = new Date().toISOString();
    const added = mails.map((mail) => ({ id: randomUUID(), ...mail, createdAt }));
    const ids = added.map((mail) => mail.id);
    const lines: Line[] = added.map((mail) => ({ mail }));
    if (idempotency) {
      const answered = { ...idempotency, ids, answeredAt: Date.now() };
      this.answers.set(answered.key, answered);
      lines.push({ answered });
    }
    this.mails.push(...added);
    appendFileSync(this.file, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
    for (const mail of added) this.onMail(mail);
    return ids;
  }

  /** What was answered to this key during the last 24 hours. */
  answeredTo(key: string): { fingerprint: string; ids: string[] } | undefined {
    const answered = this.answers.get(key);
    return answered && Date.now() - answered.answeredAt < KEPT_MS ? answered : undefined;
  }

  find(id: string): Mail | undefined {
    return this.mails.find((mail) => mail.id === id);
  }

  /** Newest first; to one address if it is given. */
  list(to?: string | null): Mail[] {
    const wanted = to?.toLowerCase();
    const found = wanted
      ? this.mails.filter((mail) => mail.to.some((address) => addressOf(address) === wanted))
      : this.mails;
    return found.toReversed();
  }

  clear(to?: string | null): void {
    const gone = new Set(this.list(to));
    this.mails = this.mails.filter((mail) => !gone.has(mail));
    this.rewrite();
  }

  private rewrite(): void {
    const lines: Line[] = [
      ...this.mails.map((mail) => ({ mail })),
      ...[...this.answers.values()].map((answered) => ({ answered })),
    ];
    writeFileSync(`${this.file}.new`, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
    renameSync(`${this.file}.new`, this.file);
  }
}

/** `Anna <anna@example.com>` → `anna@example.com` */
export function addressOf(recipient: string): string {
  return (/<([^<>]+)>\s*$/.exec(recipient)?.[1] ?? recipient).trim().toLowerCase();
}

// A process killed while writing leaves half a last line, which was never answered.
function parseLine(line: string): Line | null {
  if (line === "") return null;
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
