import { Badge } from "@/components/ui/badge";
import { RelativeTime } from "@/components/ui/relative-time";
import { Table, TBody, TD, TH, THead, TR } from "@/components/ui/table";
import type { SentMail } from "@/lib/admin/account";

type Tone = "neutral" | "success" | "warning" | "danger";
const tones: Record<string, Tone> = {
  delivered: "success",
  delayed: "warning",
  bounced: "danger",
  complained: "danger",
  failed: "danger",
  suppressed: "danger",
};

const asSentence = (name: string) => name.charAt(0).toUpperCase() + name.slice(1).replaceAll("_", " ");

function stateOf(mail: SentMail): { label: string; tone: Tone } {
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
            const state =
              "state" in copy ? { label: asSentence(copy.state), tone: tones[copy.state] ?? "neutral" } : copy;
            return (
              <TR key={`${mail.id} ${copy.address}`}>
                <TD className="min-w-32">
                  {at === 0 && asSentence(mail.kind)}
                  <span className="block text-xs break-all text-muted sm:hidden">{copy.address}</span>
                </TD>
                <TD className="text-muted max-sm:hidden">{copy.address}</TD>
                <TD>
                  <Badge tone={state.tone}>{state.label}</Badge>
                  {copy.reason && <span className="block pt-0.5 text-xs text-muted">{copy.reason}</span>}
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
