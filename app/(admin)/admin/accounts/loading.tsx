import { LoadingPage, LoadingTable } from "@/components/admin/loading";
import { Skeleton } from "@/components/ui/skeleton";

export default function LoadingAccounts() {
  return (
    <LoadingPage title="Accounts" description="Find one, see why it is as it is, and mend it.">
      <Skeleton className="h-9 w-full" />
      <LoadingTable />
    </LoadingPage>
  );
}
