import type { ReactNode } from "react";
import { BalanceProvider } from "./balance";
import { BannerSlot } from "./banner-slot";
import type { BannerFacts } from "./banners";
import { Sidebar, type SidebarProps } from "./sidebar";
import { TopBar } from "./top-bar";

interface FrameProps extends Omit<SidebarProps, "overageLeft"> {
  facts: BannerFacts;
  /** When the server read the balance. */
  readAt: string;
  children: ReactNode;
}

/**
 * What surrounds every signed-in page: sidebar or top bar, the balance, one banner. Pages stand in a column of at most
 * 1,120 px with its own padding, and fill its height with `flex-1` where they need to.
 */
export function Frame({ facts, readAt, children, ...sidebar }: FrameProps) {
  return (
    <BalanceProvider available={facts.available} readAt={readAt}>
      <a
        href="#main"
        className="sr-only z-50 rounded-md bg-accent px-4 py-2 text-accent-foreground focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
      >
        Skip to content
      </a>
      <div className="flex min-h-dvh flex-col lg:flex-row">
        <aside className="sticky top-0 hidden h-dvh w-60 shrink-0 overflow-y-auto border-r border-border lg:block">
          <Sidebar {...sidebar} overageLeft={facts.overageLeft} />
        </aside>
        <TopBar>
          <Sidebar {...sidebar} overageLeft={facts.overageLeft} />
        </TopBar>
        <main id="main" tabIndex={-1} className="flex min-w-0 flex-1 flex-col outline-hidden">
          <div className="page-width flex flex-1 flex-col py-6 md:py-8">
            <BannerSlot facts={facts} />
            {children}
          </div>
        </main>
      </div>
    </BalanceProvider>
  );
}
