import { CSPProvider } from "@base-ui/react/csp-provider";
import { headers } from "next/headers";
import { after } from "next/server";
import { signOut } from "@/app/(auth)/actions";
import { ThemeScript } from "@/components/brand/theme-script";
import { Frame } from "@/components/frame/frame";
import { switchAccount } from "@/lib/accounts/switch";
import { adminOrNull } from "@/lib/admin/guard";
import { planOf } from "@/lib/billing/offers";
import { standInForCron } from "@/lib/jobs";
import { canManageBilling } from "@/lib/session";
import { readAccount } from "./account";

export default async function AccountLayout({ children }: { children: React.ReactNode }) {
  const [{ session, summary, standing, entitlement, unreached, invoiceLacks, at }, admin] = await Promise.all([
    readAccount(),
    adminOrNull(),
  ]);
  const lost = unreached.find(({ user }) => user === session.user.id) ?? unreached[0];
  const nonce = (await headers()).get("x-nonce") ?? undefined;
  after(standInForCron);
  return (
    <CSPProvider nonce={nonce}>
      <ThemeScript nonce={nonce} />
      <Frame
        email={session.user.email}
        account={session.account}
        accounts={session.accounts}
        isAdmin={admin !== null}
        planName={planOf(entitlement.plan).name}
        switchAccount={switchAccount}
        signOut={signOut}
        readAt={at.toISOString()}
        facts={{
          notice: entitlement.notice,
          frozen: summary.frozen || entitlement.prepaid === "frozen",
          hold: standing.hold,
          isDisputed: standing.openDispute,
          debt: summary.debt,
          available: summary.available,
          lowCreditThreshold: summary.lowCreditThreshold,
          overageLeft: Math.max(0, entitlement.overagePermitted - summary.overageUsed),
          unreached: lost ? { address: lost.address, isYou: lost.user === session.user.id } : null,
          invoiceLacks,
          canManageBilling: canManageBilling(session),
        }}
      >
        {children}
      </Frame>
    </CSPProvider>
  );
}
