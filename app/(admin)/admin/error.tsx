"use client";

import { ErrorPanel } from "@/components/frame/error-panel";

export default function AdminError({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <>
      <h1 className="sr-only">Something went wrong</h1>
      <ErrorPanel title="This page could not be shown" digest={error.digest} retry={reset} />
    </>
  );
}
