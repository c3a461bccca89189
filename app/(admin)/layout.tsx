import { CSPProvider } from "@base-ui/react/csp-provider";
import { headers } from "next/headers";
import { ThemeScript } from "@/components/brand/theme-script";

export default async function AdminRoot({ children }: { children: React.ReactNode }) {
  const nonce = (await headers()).get("x-nonce") ?? undefined;
  return (
    <CSPProvider nonce={nonce}>
      <ThemeScript nonce={nonce} />
      {children}
    </CSPProvider>
  );
}
