import { LoadingFacts, LoadingPage } from "@/components/admin/loading";

export default function LoadingAct() {
  return (
    <div className="max-w-2xl">
      <LoadingPage title="Before it is done" description="What would happen is being looked up.">
        <LoadingFacts rows={4} />
      </LoadingPage>
    </div>
  );
}
