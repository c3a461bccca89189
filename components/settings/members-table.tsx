import { Badge } from "@/components/ui/badge";
import { Table, TBody, TD, TH, THead, TR } from "@/components/ui/table";
import { formatDate } from "@/lib/billing/format";

export interface MemberRow {
  id: string;
  email: string;
  name: string | null;
  role: "owner" | "admin" | "member";
  joinedAt: Date;
}

const roles = { owner: "Owner", admin: "Admin", member: "Member" } as const;

/** Who belongs to the account, and as what. */
export function MembersTable({ members, you }: { members: MemberRow[]; you: string }) {
  return (
    <Table caption="Members of this account">
      <THead>
        <TR>
          <TH>Person</TH>
          <TH>Role</TH>
          <TH>Since</TH>
        </TR>
      </THead>
      <TBody>
        {members.map((member) => (
          <TR key={member.id}>
            <TD>
              <span className="flex flex-col">
                <span className="font-medium">
                  {member.name ?? member.email}
                  {member.id === you && <span className="font-normal text-muted"> (you)</span>}
                </span>
                {member.name && <span className="text-13 text-muted">{member.email}</span>}
              </span>
            </TD>
            <TD>
              <Badge>{roles[member.role]}</Badge>
            </TD>
            <TD className="whitespace-nowrap">{formatDate(member.joinedAt)}</TD>
          </TR>
        ))}
      </TBody>
    </Table>
  );
}
