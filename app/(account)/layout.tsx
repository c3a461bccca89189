import { CSPProvider } from "@base-ui/react/csp-provider";
import { headers } from "next/headers";
import { signOut } from "@/app/(auth)/actions";
import { ThemeScript } from "@/components/brand/theme-script";
import { Frame } from "@/components/frame/frame";
import { switchAccount } from "@/lib/accounts/switch";
import { planOf } from "@/lib/billing/offers";
import { canManageBilling } from "@/lib/session";
import { readAccount } from "./account";

export default async function AccountLayout({ children }: { children: React.ReactNode }) {
  const { session, summary, entitlement, at } = await readAccount();
  const nonce = (await headers()).get("x-nonce") ?? undefined;
  return (
    <CSPProvider nonce={nonce}>
      <ThemeScript nonce={nonce} />
      <Frame
        email={session.user.email}
        account={session.account}
        accounts={session.accounts}
        planName={planOf(entitlement.plan).name}
        switchAccount={switchAccount}
        signOut={signOut}
        readAt={at.toISOString()}
        facts={{
          notice: entitlement.notice,
          frozen: summary.frozen || entitlement.prepaid === "frozen",
          debt: summary.debt,
          available: summary.available,
          lowCreditThreshold: summary.lowCreditThreshold,
          overageLeft: Math.max(0, entitlement.overagePermitted - summary.overageUsed),
          canManageBilling: canManageBilling(session),
        }}
      >
        {children}
      </Frame>
    </CSPProvider>
  );
}
