import { headers } from "next/headers";
import Link from "next/link";
import type { ReactNode } from "react";
import { Logo } from "@/components/brand/logo";
import { ThemeScript } from "@/components/brand/theme-script";

export default async function AuthLayout({ children }: { children: ReactNode }) {
  const nonce = (await headers()).get("x-nonce") ?? undefined;
  return (
    <>
      <ThemeScript nonce={nonce} />
      <div className="flex min-h-dvh flex-col">
        <header className="page-width flex h-14 items-center">
          <Link href="/" className="rounded-md">
            <Logo />
          </Link>
        </header>
        <main className="flex flex-1 items-start justify-center px-4 pt-[10vh] pb-16">
          <div className="w-full max-w-sm">{children}</div>
        </main>
      </div>
    </>
  );
}
