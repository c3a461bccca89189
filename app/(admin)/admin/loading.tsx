import { LoadingFacts, LoadingPage, LoadingTable } from "@/components/admin/loading";
import { Card } from "@/components/ui/card";
import { Skeleton } from "@/components/ui/skeleton";

export default function LoadingOverview() {
  return (
    <LoadingPage title="Overview" description="What needs somebody, and what is well.">
      <Card className="grid sm:grid-cols-2 lg:grid-cols-4">
        {["runner", "events", "mail", "use"].map((sign) => (
          <div key={sign} className="flex flex-col gap-2 p-5">
            <Skeleton className="h-4 w-24" />
            <Skeleton className="h-4 w-32" />
          </div>
        ))}
      </Card>
      <LoadingFacts rows={4} />
      <LoadingTable rows={3} />
    </LoadingPage>
  );
}
