import { Card } from "@/components/ui/card";
import { PageHeader } from "@/components/ui/page-header";
import { Skeleton } from "@/components/ui/skeleton";

export default function LoadingBilling() {
  return (
    <div className="flex flex-col gap-8" aria-busy="true">
      <PageHeader title="Billing" description="Your plan, what is charged next, and every invoice." />
      <p role="status" className="sr-only">
        Loading your billing
      </p>
      <Card className="flex h-36 flex-col gap-3 p-5">
        <Skeleton className="h-4 w-20" />
        <Skeleton className="h-7 w-32" />
        <Skeleton className="h-4 w-56" />
      </Card>
      <Card className="flex flex-col gap-4 p-5">
        {["first", "second", "third"].map((row) => (
          <Skeleton key={row} className="h-5 w-full" />
        ))}
      </Card>
    </div>
  );
}
