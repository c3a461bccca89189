import { LoadingPage, LoadingTable } from "@/components/admin/loading";

export default function LoadingChecks() {
  return (
    <LoadingPage
      title="Checks"
      description="Once a day everything here is compared with Stripe, and the ledger with itself. What Stripe can be asked about again is mended; the rest stands here."
    >
      <LoadingTable />
    </LoadingPage>
  );
}
