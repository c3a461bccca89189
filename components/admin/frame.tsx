import { ArrowLeft, LogOut } from "lucide-react";
import Link from "next/link";
import type { ReactNode } from "react";
import { Logo } from "@/components/brand/logo";
import { home } from "@/components/frame/sections";
import { ThemeMenu } from "@/components/frame/theme-menu";
import { Badge } from "@/components/ui/badge";
import { AdminNav } from "./nav";
import { AdminTopBar } from "./top-bar";

interface AdminSidebarProps {
  email: string;
  signOut: () => Promise<void>;
}

function AdminSidebar({ email, signOut }: AdminSidebarProps) {
  return (
    <div className="flex h-full flex-col gap-4 p-3">
      <div className="flex h-10 items-center gap-2 px-2">
        <Logo />
        <Badge>Admin</Badge>
      </div>
      <AdminNav />
      <div className="mt-auto flex flex-col gap-2">
        <Link
          href={home.href}
          className="flex h-8 items-center gap-2.5 rounded-md px-2 text-sm text-muted transition-colors hover:bg-surface-2"
        >
          <ArrowLeft aria-hidden="true" className="size-4 shrink-0" />
          Back to the product
        </Link>
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

/** What surrounds every page for platform admins: their own sidebar or top bar, and a column of at most 1,120 px. */
export function AdminFrame({ children, ...sidebar }: AdminSidebarProps & { children: ReactNode }) {
  return (
    <>
      <a
        href="#main"
        className="sr-only z-50 rounded-md bg-accent px-4 py-2 text-accent-foreground focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
      >
        Skip to content
      </a>
      <div className="flex min-h-dvh flex-col lg:flex-row">
        <aside className="sticky top-0 hidden h-dvh w-60 shrink-0 overflow-y-auto border-r border-border lg:block">
          <AdminSidebar {...sidebar} />
        </aside>
        <AdminTopBar>
          <AdminSidebar {...sidebar} />
        </AdminTopBar>
        <main id="main" tabIndex={-1} className="flex min-w-0 flex-1 flex-col outline-hidden">
          <div className="page-width flex flex-1 flex-col gap-6 py-6 md:py-8">{children}</div>
        </main>
      </div>
    </>
  );
}
