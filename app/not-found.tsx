import type { Metadata } from "next";
import { headers } from "next/headers";
import Link from "next/link";
import { Logo } from "@/components/brand/logo";
import { ThemeScript } from "@/components/brand/theme-script";
import { buttonVariants } from "@/components/ui/button";

export const metadata: Metadata = { title: "Page not found" };

export default async function NotFound() {
  const nonce = (await headers()).get("x-nonce") ?? undefined;
  return (
    <>
      <ThemeScript nonce={nonce} />
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
          <Link href="/assistant" className={buttonVariants({ variant: "secondary" })}>
            To the assistant
          </Link>
        </div>
      </main>
    </>
  );
}
