import { LoadingPage, LoadingTable } from "@/components/admin/loading";

export default function LoadingAlerts() {
  return (
    <LoadingPage title="Alerts" description="Everything founders were told of, the newest first.">
      <LoadingTable />
    </LoadingPage>
  );
}
