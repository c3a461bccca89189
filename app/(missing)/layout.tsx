import { headers } from "next/headers";
import { ThemeScript } from "@/components/brand/theme-script";

export default async function MissingLayout({ children }: { children: React.ReactNode }) {
  return (
    <>
      <ThemeScript nonce={(await headers()).get("x-nonce") ?? undefined} />
      {children}
    </>
  );
}
