import { ThemeScript } from "@/components/brand/theme-script";
import { MarketingFooter } from "@/components/marketing/footer";
import { MarketingHeader } from "@/components/marketing/header";

export default function MarketingLayout({ children }: { children: React.ReactNode }) {
  return (
    <>
      <ThemeScript />
      <a
        href="#main"
        className="sr-only z-50 rounded-md bg-accent px-4 py-2 text-accent-foreground focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
      >
        Skip to content
      </a>
      <div className="flex min-h-dvh flex-col">
        <MarketingHeader />
        <main id="main" tabIndex={-1} className="flex-1 outline-hidden">
          {children}
        </main>
        <MarketingFooter />
      </div>
    </>
  );
}
