import Link from "next/link";
import { home } from "@/components/frame/sections";
import { buttonVariants } from "@/components/ui/button";
import { Logo } from "./logo";

/** What stands where no page is. */
export function MissingPage() {
  return (
    <main className="page-width flex min-h-dvh flex-col items-start justify-center gap-6 py-12">
      <Link href="/" className="rounded-md">
        <Logo />
      </Link>
      <div className="flex flex-col gap-2">
        <h1 className="text-2xl font-semibold tracking-tight">There is no page here</h1>
        <p className="max-w-md text-base text-muted">
          The address may be mistyped, or the page was moved or deleted. Nothing of yours is lost.
        </p>
      </div>
      <div className="flex flex-wrap gap-3">
        <Link href="/" className={buttonVariants()}>
          To the start page
        </Link>
        <Link href={home.href} className={buttonVariants({ variant: "secondary" })}>
          {home.label}
        </Link>
      </div>
    </main>
  );
}
