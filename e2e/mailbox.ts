import { expect, setting } from "./fixtures";

export interface Mail {
  to: string[];
  subject: string;
  html: string;
  text: string;
}

/** The mails to somebody, newest first. */
export async function mailsTo(email: string): Promise<Mail[]> {
  const answer = await fetch(`${setting("MAILBOX_URL")}/api/mails?to=${encodeURIComponent(email)}`);
  if (!answer.ok) throw new Error(`The mailbox answered ${answer.status}.`);
  return (await answer.json()) as Mail[];
}

/** Waits for a mail whose subject matches, and runs the tick meanwhile, since it sends what is queued. */
export async function mailTo(email: string, subject: RegExp): Promise<Mail> {
  let found: Mail | undefined;
  await expect
    .poll(
      async () => {
        await runJobs();
        found = (await mailsTo(email)).find((mail) => subject.test(mail.subject));
        return found?.subject ?? "none yet";
      },
      { message: `a mail to ${email} with a subject like ${subject}`, timeout: 20_000 },
    )
    .toMatch(subject);
  if (!found) throw new Error("unreachable: the poll above has found the mail");
  return found;
}

/** The first address in a mail's text that contains `part`. */
export function linkIn(mail: Mail, part: string): string {
  const links = [...mail.html.matchAll(/href="([^"]+)"/g)].map(([, href]) => (href ?? "").replaceAll("&amp;", "&"));
  const link = links.find((candidate) => candidate.includes(part));
  if (!link) throw new Error(`The mail "${mail.subject}" has no link with ${part}: ${links.join(" ")}`);
  return link;
}

/** Runs the tick once. */
export async function runJobs(): Promise<void> {
  const answer = await fetch(`${setting("APP_URL")}/api/jobs`, {
    method: "POST",
    headers: { authorization: `Bearer ${setting("JOBS_SECRET")}` },
  });
  if (!answer.ok) throw new Error(`The tick answered ${answer.status}: ${await answer.text()}`);
}
