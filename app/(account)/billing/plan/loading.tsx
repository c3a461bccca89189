import { PageHeader } from "@/components/ui/page-header";
import { Skeleton } from "@/components/ui/skeleton";

export default function LoadingPlans() {
  return (
    <div className="flex flex-col gap-6" aria-busy="true">
      <PageHeader
        title="Choose a plan"
        description="A larger plan starts at once, a smaller one when what you have paid for ends. Nothing changes before you have seen what it costs."
      />
      <p role="status" className="sr-only">
        Loading the plans
      </p>
      <Skeleton className="h-9 w-44" />
      <div className="divide-y divide-border rounded-lg border border-border bg-surface">
        {["first", "second", "third", "fourth"].map((plan) => (
          <div key={plan} className="grid h-32 gap-x-8 gap-y-4 p-5 md:grid-cols-[11rem_1fr_11rem]">
            <div className="flex flex-col gap-2">
              <Skeleton className="h-5 w-24" />
              <Skeleton className="h-4 w-32" />
            </div>
            <Skeleton className="h-4 w-full max-w-md" />
            <Skeleton className="h-9 w-full" />
          </div>
        ))}
      </div>
    </div>
  );
}
