import { Skeleton } from "@/components/ui/skeleton";

export default function Loading() {
  return (
    <div
      className="mx-auto flex w-full max-w-3xl flex-1 flex-col gap-6"
      role="status"
      aria-label="Loading the conversation"
    >
      <Skeleton className="h-10 w-2/3 self-end" />
      <Skeleton className="h-40" />
      <Skeleton className="h-10 w-1/2 self-end" />
      <Skeleton className="h-24" />
      <div className="flex-1" />
      <Skeleton className="h-28" />
    </div>
  );
}
