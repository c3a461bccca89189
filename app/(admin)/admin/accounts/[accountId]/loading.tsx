import { LoadingFacts, LoadingPage, LoadingTable } from "@/components/admin/loading";

export default function LoadingAccount() {
  return (
    <LoadingPage title="Account" description="What it may do, has paid and owes.">
      <div className="grid items-start gap-6 lg:grid-cols-2">
        <LoadingFacts rows={8} />
        <LoadingFacts rows={5} />
      </div>
      <LoadingTable rows={3} />
      <LoadingTable rows={3} />
    </LoadingPage>
  );
}
