import type { Route } from "next";
import Link from "next/link";
import { Badge } from "@/components/ui/badge";
import { RelativeTime } from "@/components/ui/relative-time";
import { Table, TBody, TD, TH, THead, TR } from "@/components/ui/table";
import type { SentMail } from "@/lib/admin/account";
import { linkClass } from "./account-link";
import { copyReason, copyState, type MailState, mailName } from "./mail-states";

function stateOf(mail: SentMail): MailState {
  if (mail.sentAt) return { label: "Sent", tone: "neutral" };
  return mail.isDue ? { label: "On its way", tone: "neutral" } : { label: "Given up", tone: "danger" };
}

/** The mails an account was sent, the newest first, and what became of each copy. */
export function MailsTable({ mails, now }: { mails: readonly SentMail[]; now: Date }) {
  return (
    <Table caption="Mails, the newest first">
      <THead>
        <TR>
          <TH>Mail</TH>
          <TH className="max-sm:hidden">To</TH>
          <TH>State</TH>
          <TH numeric>When</TH>
        </TR>
      </THead>
      <TBody>
        {mails.map((mail) => {
          const copies =
            mail.copies.length > 0 ? mail.copies : [{ address: "The owners", reason: mail.error, ...stateOf(mail) }];
          return copies.map((copy, at) => {
            const state = "state" in copy ? copyState(copy.state) : copy;
            const reason = copyReason(copy.reason);
            return (
              <TR key={`${mail.id} ${copy.address}`}>
                <TD className="min-w-32">
                  {at === 0 && (
                    <Link href={`/admin/mail/${mail.id}` as Route} className={linkClass}>
                      {mailName(mail.kind)}
                    </Link>
                  )}
                  <span className="block text-xs break-all text-muted sm:hidden">{copy.address}</span>
                </TD>
                <TD className="text-muted max-sm:hidden">{copy.address}</TD>
                <TD>
                  <Badge tone={state.tone}>{state.label}</Badge>
                  {reason && <span className="block pt-0.5 text-xs break-words text-muted">{reason}</span>}
                </TD>
                <TD numeric className="sm:whitespace-nowrap">
                  {at === 0 && <RelativeTime date={mail.queuedAt} now={now} />}
                </TD>
              </TR>
            );
          });
        })}
      </TBody>
    </Table>
  );
}
