import { RelativeTime } from "@/components/ui/relative-time";
import { Table, TBody, TD, TH, THead, TR } from "@/components/ui/table";
import type { AdminAccount } from "@/lib/admin/account";

/** Who belongs to an account, owners first. */
export function PeopleTable({ members, now }: { members: AdminAccount["members"]; now: Date }) {
  return (
    <Table caption="Who belongs to the account">
      <THead>
        <TR>
          <TH>Address</TH>
          <TH>Role</TH>
          <TH numeric>Last signed in</TH>
        </TR>
      </THead>
      <TBody>
        {members.map((member) => (
          <TR key={member.id}>
            <TD className="break-all">{member.email ?? "None"}</TD>
            <TD className="text-muted capitalize">{member.role}</TD>
            <TD numeric className="whitespace-nowrap text-muted">
              {member.lastSignInAt ? <RelativeTime date={member.lastSignInAt} now={now} /> : "Never"}
            </TD>
          </TR>
        ))}
      </TBody>
    </Table>
  );
}
