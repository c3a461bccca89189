import { PageHeader } from "@/components/ui/page-header";
import { Skeleton } from "@/components/ui/skeleton";

export default function Loading() {
  return (
    <div className="flex max-w-3xl flex-col gap-6" role="status" aria-label="Loading">
      <PageHeader title="Summarize" />
      <Skeleton className="h-72" />
    </div>
  );
}
