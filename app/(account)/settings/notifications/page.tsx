import type { Metadata } from "next";
import { MailChoices } from "@/components/settings/mail-choices";
import { SettingsTabs } from "@/components/settings/settings-tabs";
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from "@/components/ui/card";
import { PageHeader } from "@/components/ui/page-header";
import { readMailChoices } from "@/lib/email/choices";
import { requireSession } from "@/lib/session";
import { chooseMails } from "./actions";

export const metadata: Metadata = { title: "Notifications" };

const ALWAYS = [
  ["Receipts", "for every payment, with what it was for and how to cancel."],
  ["Your plan", "when it starts, changes, renews for a year or ends, and before its price changes."],
  ["Trials", "7 days and 1 day before the first charge."],
  ["Payments that did not go through", "with the sum, what happens next, and where to pay."],
  ["Money back", "refunds and disputes, and what they do to your credits."],
] as const;

export default async function NotificationsPage() {
  const { user } = await requireSession();
  const choices = await readMailChoices();
  return (
    <div className="flex flex-col gap-6">
      <PageHeader title="Settings" description={`What we write to ${user.email}.`} />
      <SettingsTabs current="/settings/notifications" />
      <div className="grid items-start gap-6 lg:grid-cols-2">
        <Card>
          <CardHeader>
            <CardTitle>Your choice</CardTitle>
            <CardDescription>For every account you own. Others who own it choose for themselves.</CardDescription>
          </CardHeader>
          <MailChoices key={choices.map(({ isWanted }) => isWanted).join()} choose={chooseMails} choices={choices} />
        </Card>
        <Card>
          <CardHeader>
            <CardTitle>Always sent</CardTitle>
            <CardDescription>
              They are about money or a contract, and the law or your bank asks for them.
            </CardDescription>
          </CardHeader>
          <CardContent>
            <dl className="flex flex-col gap-3 text-sm">
              {ALWAYS.map(([what, when]) => (
                <div key={what}>
                  <dt className="font-medium">{what}</dt>
                  <dd className="text-muted">{when}</dd>
                </div>
              ))}
            </dl>
          </CardContent>
        </Card>
      </div>
    </div>
  );
}
