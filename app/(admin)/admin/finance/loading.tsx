import { LoadingPage, LoadingTable } from "@/components/admin/loading";

export default function LoadingFinance() {
  return (
    <LoadingPage
      title="Finance"
      description="What was paid for credits, without tax, and what became of it, month by month in UTC."
    >
      <LoadingTable />
    </LoadingPage>
  );
}
