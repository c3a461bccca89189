import { Card } from "@/components/ui/card";
import { PageHeader } from "@/components/ui/page-header";
import { Skeleton } from "@/components/ui/skeleton";

export default function LoadingCredits() {
  return (
    <div className="flex flex-col gap-8" aria-busy="true">
      <PageHeader title="Credits" description="What you have, what of it expires, and how long it lasts." />
      <p role="status" className="sr-only">
        Loading your credits
      </p>
      <div className="grid gap-4 md:grid-cols-2">
        {["balance", "forecast"].map((card) => (
          <Card key={card} className="flex h-44 flex-col gap-4 p-5">
            <Skeleton className="h-4 w-24" />
            <Skeleton className="h-8 w-40" />
            <Skeleton className="mt-auto h-2 w-full" />
            <Skeleton className="h-4 w-56" />
          </Card>
        ))}
      </div>
      <div className="grid gap-4 lg:grid-cols-[2fr_3fr]">
        <Skeleton className="h-56" />
        <Skeleton className="h-56" />
      </div>
      <div className="grid gap-4 sm:grid-cols-3">
        {["small", "medium", "large"].map((pack) => (
          <Skeleton key={pack} className="h-40" />
        ))}
      </div>
    </div>
  );
}
