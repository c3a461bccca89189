"use client";

import { ErrorPanel } from "@/components/frame/error-panel";
import "./globals.css";

export default function GlobalError({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <html lang="en">
      <body>
        <title>Something went wrong</title>
        <main className="page-width flex min-h-dvh flex-col justify-center py-12">
          <h1 className="sr-only">Something went wrong</h1>
          <ErrorPanel title="This page could not be shown" digest={error.digest} retry={reset} />
        </main>
      </body>
    </html>
  );
}
