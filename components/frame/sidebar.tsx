import { LogOut } from "lucide-react";
import { AccountSwitcher, type SwitcherAccount } from "./account-switcher";
import { Nav } from "./nav";
import { PlanAndBalance } from "./plan-and-balance";
import { ThemeMenu } from "./theme-menu";

export interface SidebarProps {
  email: string;
  account: SwitcherAccount;
  accounts: SwitcherAccount[];
  isAdmin: boolean;
  planName: string;
  /** Credits that may still be used as overage. */
  overageLeft: number;
  switchAccount: (formData: FormData) => Promise<void>;
  signOut: () => Promise<void>;
}

/** What stands in the sidebar, and in the sheet of small screens. */
export function Sidebar({
  email,
  account,
  accounts,
  isAdmin,
  planName,
  overageLeft,
  switchAccount,
  signOut,
}: SidebarProps) {
  return (
    <div className="flex h-full flex-col gap-4 p-3">
      <AccountSwitcher current={account} accounts={accounts} isAdmin={isAdmin} switchAccount={switchAccount} />
      <Nav />
      <div className="mt-auto flex flex-col gap-2">
        <PlanAndBalance planName={planName} overageLeft={overageLeft} />
        <div className="flex items-center gap-1 pl-2">
          <span className="min-w-0 flex-1 truncate text-xs text-muted" title={email}>
            {email}
          </span>
          <ThemeMenu />
          <form action={signOut}>
            <button
              type="submit"
              aria-label="Sign out"
              title="Sign out"
              className="grid size-8 place-items-center rounded-md text-muted transition-colors hover:bg-surface-2 hover:text-foreground"
            >
              <LogOut aria-hidden="true" className="size-4" />
            </button>
          </form>
        </div>
      </div>
    </div>
  );
}
