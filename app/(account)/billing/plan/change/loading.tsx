import { Card } from "@/components/ui/card";
import { PageHeader } from "@/components/ui/page-header";
import { Skeleton } from "@/components/ui/skeleton";

export default function LoadingPreview() {
  return (
    <div className="flex max-w-4xl flex-col gap-6" aria-busy="true">
      <PageHeader title="Change plan" description="What it costs and brings is being worked out." />
      <p role="status" className="sr-only">
        Working out what the change costs
      </p>
      <div className="flex flex-col gap-2">
        <Skeleton className="h-5 w-80 max-w-full" />
        <Skeleton className="h-5 w-80 max-w-full" />
      </div>
      <div className="grid gap-4 md:grid-cols-2">
        {["money", "credits"].map((part) => (
          <Card key={part} className="flex flex-col gap-4 p-5">
            <Skeleton className="h-4 w-16" />
            <Skeleton className="h-5 w-full" />
            <Skeleton className="h-5 w-full" />
            <Skeleton className="h-5 w-full" />
          </Card>
        ))}
      </div>
      <Skeleton className="h-9 w-48" />
    </div>
  );
}
