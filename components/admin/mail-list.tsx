import type { Route } from "next";
import Link from "next/link";
import { Badge } from "@/components/ui/badge";
import { RelativeTime } from "@/components/ui/relative-time";
import { Table, TBody, TD, TH, THead, TR } from "@/components/ui/table";
import type { ListedMail } from "@/lib/email/sent";
import { AccountLink, linkClass } from "./account-link";
import { copyReason, copyState, mailName, mailState } from "./mail-states";

/** Mails of all accounts, the newest first, with every copy. */
export function MailList({ mails, now }: { mails: readonly ListedMail[]; now: Date }) {
  return (
    <Table caption="Mails, the newest first">
      <THead>
        <TR>
          <TH>Mail</TH>
          <TH>Account</TH>
          <TH>Copies</TH>
          <TH numeric>When</TH>
        </TR>
      </THead>
      <TBody>
        {mails.map((mail) => (
          <TR key={mail.id} className="align-top">
            <TD className="min-w-44">
              <Link href={`/admin/mail/${mail.id}` as Route} className={linkClass}>
                {mailName(mail.kind)}
              </Link>
            </TD>
            <TD className="min-w-36">
              {mail.account ? (
                <AccountLink id={mail.account} name={mail.accountName ?? "The account"} />
              ) : mail.audience === "founders" ? (
                "Founders"
              ) : (
                "A former address"
              )}
            </TD>
            <TD className="min-w-64">
              <Copies mail={mail} />
            </TD>
            <TD numeric className="whitespace-nowrap">
              <RelativeTime date={mail.queuedAt} now={now} />
            </TD>
          </TR>
        ))}
      </TBody>
    </Table>
  );
}

/** To whom a mail went and what became of it there; what keeps it here, if it has not left. */
export function Copies({ mail }: { mail: ListedMail }) {
  const state = mailState(mail);
  const hasLeft = mail.sentAt !== null || mail.withheldAt !== null;
  return (
    <ul className="flex flex-col gap-1.5">
      {mail.copies.map(({ address, state: became, reason }) => (
        <li key={address} className="flex flex-wrap items-center gap-x-2">
          <Badge tone={copyState(became).tone}>{copyState(became).label}</Badge>
          <span className="break-all">{address}</span>
          {copyReason(reason) && <span className="basis-full text-xs text-muted">{copyReason(reason)}</span>}
        </li>
      ))}
      {!hasLeft && (
        <li className="flex flex-wrap items-center gap-x-2">
          <Badge tone={state.tone}>{state.label}</Badge>
          {mail.lastError && <span className="basis-full text-xs break-words text-muted">{mail.lastError}</span>}
        </li>
      )}
    </ul>
  );
}
