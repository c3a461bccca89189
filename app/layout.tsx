import { GeistMono } from "geist/font/mono";
import { GeistSans } from "geist/font/sans";
import type { Metadata, Viewport } from "next";
import { brand } from "@/components/brand/brand";
import { Toaster } from "@/components/ui/toaster";
import "./globals.css";

export const metadata: Metadata = {
  metadataBase: new URL(process.env.APP_URL ?? "http://localhost:3000"),
  title: { default: `${brand.name}: ${brand.tagline}`, template: `%s · ${brand.name}` },
  description: brand.description,
  applicationName: brand.name,
  openGraph: { siteName: brand.name, type: "website", title: brand.name, description: brand.description },
};

export const viewport: Viewport = {
  colorScheme: "light dark",
  themeColor: [
    { media: "(prefers-color-scheme: light)", color: "#fbfaf8" },
    { media: "(prefers-color-scheme: dark)", color: "#131211" },
  ],
};

// A constant of the build (next.config.ts): what stands behind it is left out of every build for production.
const TimeMachine =
  process.env.BUILT_FOR_LOCAL_MODE === "1" ? (await import("./time-machine/mount")).TimeMachineMount : null;

export default function RootLayout({ children }: { children: React.ReactNode }) {
  return (
    <html lang="en" className={`${GeistSans.variable} ${GeistMono.variable}`} suppressHydrationWarning>
      <body>
        <div className="app-root">{children}</div>
        <Toaster />
        {TimeMachine && <TimeMachine />}
      </body>
    </html>
  );
}
