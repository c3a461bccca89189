"use client";

import { ErrorPanel } from "@/components/frame/error-panel";

export default function ErrorPage({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <main className="page-width flex min-h-dvh flex-col justify-center py-12">
      <h1 className="sr-only">Something went wrong</h1>
      <ErrorPanel title="This page could not be shown" digest={error.digest} retry={reset} />
    </main>
  );
}
