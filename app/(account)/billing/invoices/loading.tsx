import { Card } from "@/components/ui/card";
import { PageHeader } from "@/components/ui/page-header";
import { Skeleton } from "@/components/ui/skeleton";

export default function Loading() {
  return (
    <div role="status" aria-label="The invoices are loading" className="flex flex-col gap-6">
      <PageHeader title="Invoices" description="Every invoice of your plan and of credits you bought." />
      <Card className="flex flex-col gap-4 p-5">
        {["1", "2", "3", "4"].map((row) => (
          <Skeleton key={row} className="h-6 w-full" />
        ))}
      </Card>
    </div>
  );
}
