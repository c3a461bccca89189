import type { Metadata } from "next";
import { ApiKeyForm } from "@/components/settings/api-key-form";
import { ApiKeysTable } from "@/components/settings/api-keys-table";
import { CurlExample } from "@/components/settings/curl-example";
import { SettingsTabs } from "@/components/settings/settings-tabs";
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { PageHeader } from "@/components/ui/page-header";
import { readApiKeys } from "@/lib/accounts/api-keys";
import { now } from "@/lib/clock";
import { env } from "@/lib/env";
import { canManageBilling, requireSession } from "@/lib/session";
import { makeApiKey, removeApiKey } from "./actions";

export const metadata: Metadata = { title: "API keys" };

export default async function ApiKeysPage() {
  const session = await requireSession();
  const permitted = canManageBilling(session);
  const keys = permitted ? await readApiKeys(session.account.id) : [];
  const endpoint = `${env().APP_URL.replace(/\/$/, "")}/api/usage`;
  return (
    <div className="flex flex-col gap-6">
      <PageHeader title="Settings" description={`API keys of the account ${session.account.name}.`} />
      <SettingsTabs current="/settings/api-keys" />
      {permitted ? (
        <>
          <Card>
            <CardHeader>
              <CardTitle>New key</CardTitle>
              <CardDescription>
                For programs of yours that use AI elsewhere and pay with this account's credits.
              </CardDescription>
            </CardHeader>
            <CardContent>
              <ApiKeyForm account={session.account.id} create={makeApiKey} endpoint={endpoint} />
            </CardContent>
          </Card>
          {keys.length > 0 ? (
            <Card>
              <ApiKeysTable keys={keys} now={now()} revoke={removeApiKey} />
            </Card>
          ) : (
            <EmptyState title="No keys yet">
              Make one to report usage from your own programs. This is what they send:
            </EmptyState>
          )}
          <CurlExample endpoint={endpoint} apiKey="ll_…" />
        </>
      ) : (
        <EmptyState title="API keys are for owners and admins">
          Ask one of them for a key, or to make you an admin. You see who they are in Settings.
        </EmptyState>
      )}
    </div>
  );
}
