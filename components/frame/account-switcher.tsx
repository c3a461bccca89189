"use client";

import { ChevronsUpDown, ShieldCheck } from "lucide-react";
import type { Route } from "next";
import Link from "next/link";
import { useTransition } from "react";
import { cn } from "@/components/ui/cn";
import {
  Menu,
  MenuContent,
  MenuLabel,
  MenuLinkItem,
  MenuRadioGroup,
  MenuRadioItem,
  MenuSeparator,
  MenuTrigger,
} from "@/components/ui/menu";
import { Spinner } from "@/components/ui/spinner";
import type { Session } from "@/lib/session";

export interface SwitcherAccount {
  id: string;
  name: string;
  kind: Session["account"]["kind"];
}

interface AccountSwitcherProps {
  current: SwitcherAccount;
  accounts: SwitcherAccount[];
  /** Whether the person is a platform admin, and sees the way to the admin area. */
  isAdmin: boolean;
  /** Server action; reads the field `account`. */
  switchAccount: (formData: FormData) => Promise<void>;
}

function Initial({ name }: { name: string }) {
  return (
    <span
      aria-hidden="true"
      className="grid size-6 shrink-0 place-items-center rounded-sm bg-accent-soft text-xs font-semibold text-accent uppercase"
    >
      {name.trim().charAt(0) || "?"}
    </span>
  );
}

export function AccountSwitcher({ current, accounts, isAdmin, switchAccount }: AccountSwitcherProps) {
  const [pending, startTransition] = useTransition();

  function choose(id: string) {
    if (id === current.id) return;
    const formData = new FormData();
    formData.set("account", id);
    startTransition(() => switchAccount(formData));
  }

  return (
    <Menu>
      <MenuTrigger
        aria-label={`Account: ${current.name}. Switch account`}
        className="flex h-10 w-full items-center gap-2.5 rounded-md px-2 text-left transition-colors hover:bg-surface-2 data-popup-open:bg-surface-2"
      >
        <Initial name={current.name} />
        <span className="min-w-0 flex-1 truncate text-sm font-medium">{current.name}</span>
        {pending ? <Spinner /> : <ChevronsUpDown aria-hidden="true" className="size-4 shrink-0 text-faint" />}
      </MenuTrigger>
      <MenuContent className="w-56">
        <MenuRadioGroup value={current.id} onValueChange={choose}>
          <MenuLabel>Accounts</MenuLabel>
          {accounts.map((account) => (
            <MenuRadioItem key={account.id} value={account.id} className={cn("relative min-h-10")}>
              <Initial name={account.name} />
              <span className="flex min-w-0 flex-col">
                <span className="truncate">{account.name}</span>
                <span className="text-xs text-muted">{account.kind === "team" ? "Team" : "Personal"}</span>
              </span>
            </MenuRadioItem>
          ))}
        </MenuRadioGroup>
        {isAdmin && (
          <>
            <MenuSeparator />
            <MenuLinkItem render={<Link href={"/admin" as Route} />}>
              <ShieldCheck aria-hidden="true" className="text-muted" />
              Admin
            </MenuLinkItem>
          </>
        )}
      </MenuContent>
    </Menu>
  );
}
