import type { Metadata, Route } from "next";
import Link from "next/link";
import { z } from "zod";
import { MailList as Mails } from "@/components/admin/mail-list";
import { OlderLink } from "@/components/admin/older-link";
import { Card } from "@/components/ui/card";
import { cn } from "@/components/ui/cn";
import { EmptyState } from "@/components/ui/empty-state";
import { PageHeader } from "@/components/ui/page-header";
import { requireAdmin } from "@/lib/admin/guard";
import { now } from "@/lib/clock";
import { MAIL_LISTS, type MailList, readMails } from "@/lib/email/sent";

export const metadata: Metadata = { title: "Mail" };

const PAGE = 50;
const fields = z.object({
  list: z.enum(MAIL_LISTS).catch("all"),
  before: z.uuid().optional().catch(undefined),
});

const WORDS: Record<MailList, { label: string; none: string; about: string }> = {
  all: { label: "All", none: "No mail yet", about: "What leaves for customers and founders will stand here." },
  trouble: {
    label: "Did not arrive",
    none: "Everything arrived",
    about: "Mail that bounced, was given up or called spam will stand here.",
  },
  waiting: { label: "Not sent yet", none: "Nothing waits", about: "The tick sends what is due every minute." },
};

export default async function MailPage({ searchParams }: PageProps<"/admin/mail">) {
  await requireAdmin();
  const { list, before } = fields.parse(await searchParams);
  const found = await readMails({ list, before, most: PAGE + 1 });
  const mails = found.slice(0, PAGE);
  const next = new URLSearchParams({ list, before: mails.at(-1)?.id ?? "" });
  return (
    <>
      <PageHeader title="Mail" description="Every mail that we send, and what became of each copy." />
      <nav aria-label="Which mail" className="flex gap-6 border-b border-border">
        {MAIL_LISTS.map((name) => (
          <Link
            key={name}
            href={(name === "all" ? "/admin/mail" : `/admin/mail?list=${name}`) as Route}
            aria-current={name === list ? "page" : undefined}
            className={cn(
              "-mb-px border-b-2 border-transparent py-2 text-sm whitespace-nowrap text-muted transition-colors hover:text-foreground",
              name === list && "border-accent font-medium text-foreground",
            )}
          >
            {WORDS[name].label}
          </Link>
        ))}
      </nav>
      {mails.length === 0 ? (
        <EmptyState title={before ? "There is nothing older" : WORDS[list].none}>{WORDS[list].about}</EmptyState>
      ) : (
        <Card>
          <Mails mails={mails} now={now()} />
          {found.length > PAGE && <OlderLink href={`/admin/mail?${next}` as Route} />}
        </Card>
      )}
    </>
  );
}
