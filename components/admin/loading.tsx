import type { ReactNode } from "react";
import { Card } from "@/components/ui/card";
import { PageHeader } from "@/components/ui/page-header";
import { Skeleton } from "@/components/ui/skeleton";

interface LoadingPageProps {
  title: string;
  description?: string;
  children: ReactNode;
}

/** A page of the admin area while it is read: its header, and stand-ins in the shape of what comes. */
export function LoadingPage({ title, description, children }: LoadingPageProps) {
  return (
    <div className="flex flex-col gap-6" aria-busy="true">
      <PageHeader title={title} description={description} />
      <p role="status" className="sr-only">
        Loading
      </p>
      {children}
    </div>
  );
}

const numbered = (count: number) => Array.from({ length: count }, (_, at) => at);

/** A table that is on its way. */
export function LoadingTable({ rows = 8 }: { rows?: number }) {
  return (
    <Card className="divide-y divide-border">
      {numbered(rows + 1).map((row) => (
        <div key={row} className="flex h-10 items-center gap-6 px-5">
          <Skeleton className="h-4 w-1/3" />
          <Skeleton className="h-4 w-1/5" />
          <Skeleton className="ml-auto h-4 w-20" />
        </div>
      ))}
    </Card>
  );
}

/** A card of facts that is on its way. */
export function LoadingFacts({ rows }: { rows: number }) {
  return (
    <Card className="flex flex-col gap-4 p-5">
      <Skeleton className="h-4 w-32" />
      {numbered(rows).map((row) => (
        <div key={row} className="flex justify-between gap-6">
          <Skeleton className="h-4 w-28" />
          <Skeleton className="h-4 w-20" />
        </div>
      ))}
    </Card>
  );
}
