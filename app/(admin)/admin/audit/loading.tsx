import { LoadingPage, LoadingTable } from "@/components/admin/loading";

export default function LoadingAudit() {
  return (
    <LoadingPage
      title="Audit"
      description="Everything admins did, with the reason they gave. Nobody can change it, admins included."
    >
      <LoadingTable />
    </LoadingPage>
  );
}
