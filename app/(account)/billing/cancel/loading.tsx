import { PageHeader } from "@/components/ui/page-header";
import { Skeleton } from "@/components/ui/skeleton";

export default function LoadingCancel() {
  return (
    <div className="flex max-w-3xl flex-col gap-6" aria-busy="true">
      <PageHeader title="Cancel plan" />
      <p role="status" className="sr-only">
        Loading your plan
      </p>
      <div className="grid gap-6 sm:grid-cols-2">
        <Skeleton className="h-28 w-full" />
        <Skeleton className="h-28 w-full" />
      </div>
      <Skeleton className="h-9 w-full max-w-sm" />
      <Skeleton className="h-20 w-full max-w-xl" />
      <Skeleton className="h-9 w-40" />
    </div>
  );
}
