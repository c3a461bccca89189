import type { Metadata, Route } from "next";
import { notFound } from "next/navigation";
import { z } from "zod";
import { AccountLink } from "@/components/admin/account-link";
import { ActForm } from "@/components/admin/act-form";
import { DoneNote } from "@/components/admin/done-note";
import { Copies } from "@/components/admin/mail-list";
import { canSendAgain, mailName } from "@/components/admin/mail-states";
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from "@/components/ui/card";
import { newId } from "@/components/ui/new-id";
import { PageHeader } from "@/components/ui/page-header";
import { RelativeTime } from "@/components/ui/relative-time";
import { readAdminAction } from "@/lib/admin/actions";
import { requireAdmin } from "@/lib/admin/guard";
import { now } from "@/lib/clock";
import { readMail } from "@/lib/email/sent";
import { sendAgain } from "./actions";

export const metadata: Metadata = { title: "A mail" };

const doneField = z.uuid().optional().catch(undefined);

export default async function OneMailPage({ params, searchParams }: PageProps<"/admin/mail/[mailId]">) {
  await requireAdmin();
  const [{ mailId }, asked] = await Promise.all([params, searchParams]);
  const id = z.uuid().safeParse(mailId);
  const mail = id.success ? await readMail(id.data) : null;
  if (!mail) notFound();
  const done = doneField.parse(asked.done);
  const action = done ? await readAdminAction(done) : null;
  return (
    <>
      <PageHeader title={mailName(mail.kind)} description="To whom it went, and what became of it." />
      {action?.arguments.mail === mail.id && <DoneNote action={action} />}
      <Card>
        <CardHeader>
          <CardTitle>
            {mail.account ? (
              <AccountLink id={mail.account} name={mail.accountName ?? "The account"} />
            ) : mail.audience === "founders" ? (
              "To the founders"
            ) : (
              "To a former address"
            )}
          </CardTitle>
          <CardDescription>
            Made <RelativeTime date={mail.queuedAt} now={now()} />
          </CardDescription>
        </CardHeader>
        <CardContent className="text-sm">
          <Copies mail={mail} />
        </CardContent>
      </Card>
      {canSendAgain(mail) && (
        <Card>
          <CardHeader>
            <CardTitle>Send again</CardTitle>
            <CardDescription>
              It goes to whom it did not reach, at the address they have now. Who has it gets no second one.
            </CardDescription>
          </CardHeader>
          <ActForm
            action={sendAgain}
            fields={{ requestId: newId(), mail: mail.id }}
            confirmLabel="Send again"
            back={"/admin/mail" as Route}
          />
        </Card>
      )}
    </>
  );
}
