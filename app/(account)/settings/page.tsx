import type { Metadata } from "next";
import { AccountNameForm, TeamForm } from "@/components/settings/account-forms";
import { MembersTable } from "@/components/settings/members-table";
import { EmailForm, NameForm, PasswordForm } from "@/components/settings/profile-forms";
import { SettingsTabs } from "@/components/settings/settings-tabs";
import { Card, CardDescription, CardHeader, CardTitle } from "@/components/ui/card";
import { PageHeader } from "@/components/ui/page-header";
import { readName } from "@/lib/accounts/passwords";
import { readMembers } from "@/lib/accounts/teams";
import { canManageBilling, requireSession } from "@/lib/session";
import { changeEmail, changeName, changePassword, createTeam, renameAccount } from "./actions";

export const metadata: Metadata = { title: "Settings" };

export default async function SettingsPage() {
  const session = await requireSession();
  const { user, account } = session;
  const [name, members] = await Promise.all([readName(), readMembers(account.id, user.id)]);
  return (
    <div className="flex flex-col gap-6">
      <PageHeader title="Settings" description={`You, and the account ${account.name}.`} />
      <SettingsTabs current="/settings" />
      <div className="grid items-start gap-6 lg:grid-cols-2">
        <Card>
          <CardHeader>
            <CardTitle>Profile</CardTitle>
            <CardDescription>What others in your accounts see of you.</CardDescription>
          </CardHeader>
          <NameForm changeName={changeName} name={name} />
        </Card>
        <Card>
          <CardHeader>
            <CardTitle>Email address</CardTitle>
            <CardDescription>{user.email} gets sign-in links, receipts and notices.</CardDescription>
          </CardHeader>
          <EmailForm changeEmail={changeEmail} email={user.email} />
        </Card>
        <Card>
          <CardHeader>
            <CardTitle>Password</CardTitle>
            <CardDescription>You stay signed in here when you change it.</CardDescription>
          </CardHeader>
          <PasswordForm changePassword={changePassword} email={user.email} />
        </Card>
        <Card>
          <CardHeader>
            <CardTitle>Account</CardTitle>
            <CardDescription>It owns the credits, the plan and the API keys.</CardDescription>
          </CardHeader>
          <AccountNameForm
            key={account.id}
            account={account.id}
            rename={renameAccount}
            name={account.name}
            permitted={canManageBilling(session)}
          />
        </Card>
        <Card>
          <CardHeader>
            <CardTitle>New team</CardTitle>
            <CardDescription>A second account that you own; you switch between them top left.</CardDescription>
          </CardHeader>
          <TeamForm createTeam={createTeam} />
        </Card>
        <Card className="lg:col-span-2">
          <CardHeader className="pb-3">
            <CardTitle>Members</CardTitle>
            <CardDescription>
              Owners and admins buy, change plans and make API keys. Members use the credits.
            </CardDescription>
          </CardHeader>
          <MembersTable members={members} you={user.id} />
        </Card>
      </div>
    </div>
  );
}
