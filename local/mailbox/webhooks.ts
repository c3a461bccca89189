import { createHmac, randomUUID } from "node:crypto";
import { addressOf, type Mail } from "./store.ts";

/** Where the mailbox tells what became of a mail, as Resend does, and the secret it signs with. */
export interface WebhookTarget {
  url: string;
  secret: string;
}

type Fate = "delivered" | "bounced" | "suppressed" | "complained" | "delayed";
const NAMED = /^(delivered|bounced|suppressed|complained|delayed)(?:[+.-].*)?@/;

/**
 * What becomes of mail to an address, by its first word, as with Resend's own addresses for tests: `bounced@…`,
 * `complained+anna@…`, `delayed@…`, `suppressed@…`. To one that bounced before nothing is sent again.
 */
export function fateOf(address: string, bouncedBefore: boolean): Fate {
  const named = NAMED.exec(addressOf(address))?.[1] as Fate | undefined;
  return named === "bounced" && bouncedBefore ? "suppressed" : (named ?? "delivered");
}

interface Message {
  type: string;
  details?: Record<string, unknown>;
}

const MESSAGES: Record<Fate, Message[]> = {
  delivered: [{ type: "email.delivered" }],
  complained: [{ type: "email.delivered" }, { type: "email.complained" }],
  delayed: [{ type: "email.delivery_delayed" }],
  suppressed: [
    {
      type: "email.suppressed",
      details: {
        suppressed: {
          type: "OnAccountSuppressionList",
          message: "Resend has suppressed sending to this address because it is on the account-level suppression list.",
        },
      },
    },
  ],
  bounced: [
    {
      type: "email.bounced",
      details: {
        bounce: {
          type: "Permanent",
          subType: "General",
          message: "The recipient's email address does not exist.",
        },
      },
    },
  ],
};

function bodyOf(mail: Mail, to: string, { type, details }: Message): string {
  return JSON.stringify({
    type,
    created_at: new Date().toISOString(),
    data: {
      created_at: mail.createdAt,
      email_id: mail.id,
      message_id: `<${mail.id}@mailbox.local>`,
      from: mail.from,
      to: [to],
      subject: mail.subject,
      ...(mail.tags ? { tags: mail.tags } : {}),
      ...details,
    },
  });
}

/** The headers of the svix scheme: the id, the time in seconds, and both with the body under the secret. */
export function signedHeaders(id: string, body: string, secret: string, seconds = Math.floor(Date.now() / 1000)) {
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  const signature = createHmac("sha256", key).update(`${id}.${seconds}.${body}`).digest("base64");
  return { "svix-id": id, "svix-timestamp": String(seconds), "svix-signature": `v1,${signature}` };
}

const RETRY_AFTER_MS = [0, 1_000, 5_000, 30_000, 120_000];

/** Tells the app what became of mails, one message after the other, and again a few times while it does not take them. */
export class WebhookSender {
  private queue: Promise<void> = Promise.resolve();
  private readonly abort = new AbortController();
  private readonly target: WebhookTarget;

  constructor(target: WebhookTarget) {
    this.target = target;
  }

  /** Tells that a mail was sent, and what became of it at each address. */
  tell(mail: Mail, bouncedBefore: (address: string) => boolean): void {
    for (const to of mail.to) {
      const messages = [{ type: "email.sent" }, ...MESSAGES[fateOf(to, bouncedBefore(to))]];
      for (const message of messages) this.enqueue(bodyOf(mail, to, message));
    }
  }

  /** Resolves when everything told so far was taken or given up. */
  settled(): Promise<void> {
    return this.queue;
  }

  close(): void {
    this.abort.abort();
  }

  private enqueue(body: string): void {
    const id = `msg_${randomUUID().replaceAll("-", "")}`;
    this.queue = this.queue.then(() => this.deliver(id, body));
  }

  private async deliver(id: string, body: string): Promise<void> {
    for (const wait of RETRY_AFTER_MS) {
      await this.pause(wait);
      if (this.abort.signal.aborted) return;
      const answer = await fetch(this.target.url, {
        method: "POST",
        headers: { "content-type": "application/json", ...signedHeaders(id, body, this.target.secret) },
        body,
        signal: this.abort.signal,
      }).catch(() => null);
      if (answer?.ok) return;
    }
    process.stderr.write(`The mailbox could not tell ${this.target.url} what became of a mail.\n`);
  }

  private pause(ms: number): Promise<void> {
    if (ms === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(done, ms);
      const { signal } = this.abort;
      function done() {
        clearTimeout(timer);
        signal.removeEventListener("abort", done);
        resolve();
      }
      timer.unref();
      signal.addEventListener("abort", done);
    });
  }
}
