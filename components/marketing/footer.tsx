import Link from "next/link";
import { brand } from "@/components/brand/brand";
import { Logo } from "@/components/brand/logo";

const linkClass = "rounded-sm text-muted underline-offset-4 hover:text-foreground hover:underline";

export function MarketingFooter() {
  return (
    <footer className="border-t border-border">
      <div className="page-width flex flex-wrap items-start justify-between gap-x-12 gap-y-8 py-10">
        <div className="flex max-w-xs flex-col gap-3">
          <Logo />
          <p className="text-13 text-muted">{brand.tagline}</p>
        </div>
        <nav aria-label="Footer" className="flex flex-wrap gap-x-12 gap-y-6 text-13">
          <ul className="flex flex-col gap-2">
            <li>
              <Link href="/pricing" className={linkClass}>
                Pricing
              </Link>
            </li>
            <li>
              <Link href="/sign-in" prefetch={false} className={linkClass}>
                Sign in
              </Link>
            </li>
            <li>
              <a href={`mailto:${brand.supportEmail}`} className={linkClass}>
                Support
              </a>
            </li>
          </ul>
          <ul className="flex flex-col gap-2">
            <li>
              <Link href="/legal/terms" className={linkClass}>
                Terms
              </Link>
            </li>
            <li>
              <Link href="/legal/privacy" className={linkClass}>
                Privacy
              </Link>
            </li>
            <li>
              <Link href="/legal/refunds" className={linkClass}>
                Refunds
              </Link>
            </li>
          </ul>
        </nav>
      </div>
    </footer>
  );
}
