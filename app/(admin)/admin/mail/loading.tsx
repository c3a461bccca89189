import { LoadingPage, LoadingTable } from "@/components/admin/loading";

export default function LoadingMail() {
  return (
    <LoadingPage title="Mail" description="Every mail that we send, and what became of each copy.">
      <LoadingTable />
    </LoadingPage>
  );
}
