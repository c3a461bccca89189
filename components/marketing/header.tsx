import Link from "next/link";
import { Logo } from "@/components/brand/logo";
import { ThemeMenu } from "@/components/frame/theme-menu";
import { buttonVariants } from "@/components/ui/button";

export function MarketingHeader() {
  return (
    <header className="sticky top-0 z-30 border-b border-border bg-background">
      <div className="page-width flex h-14 items-center gap-1 sm:gap-2">
        <Link href="/" className="mr-auto rounded-md">
          <Logo />
        </Link>
        <nav aria-label="Main" className="flex items-center gap-1 sm:gap-2">
          <Link href="/pricing" className={buttonVariants({ variant: "ghost", size: "sm", className: "max-sm:px-2" })}>
            Pricing
          </Link>
          <Link
            href="/sign-in"
            prefetch={false}
            className={buttonVariants({ variant: "ghost", size: "sm", className: "max-sm:px-2" })}
          >
            Sign in
          </Link>
          <Link href="/sign-up" prefetch={false} className={buttonVariants({ size: "sm", className: "max-sm:hidden" })}>
            Start free
          </Link>
        </nav>
        <ThemeMenu side="bottom" />
      </div>
    </header>
  );
}
