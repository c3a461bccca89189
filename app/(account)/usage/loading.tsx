import { PageHeader } from "@/components/ui/page-header";
import { Skeleton } from "@/components/ui/skeleton";

export default function Loading() {
  return (
    <div className="flex flex-col gap-6" role="status" aria-label="Loading your usage">
      <PageHeader title="Usage" description="What was used, and every credit it cost." />
      <Skeleton className="h-36" />
      <Skeleton className="h-10 w-96 max-w-full" />
      <Skeleton className="h-96" />
      <Skeleton className="h-96" />
    </div>
  );
}
