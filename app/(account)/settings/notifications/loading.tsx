import { SettingsTabs } from "@/components/settings/settings-tabs";
import { PageHeader } from "@/components/ui/page-header";
import { Skeleton } from "@/components/ui/skeleton";

export default function LoadingNotifications() {
  return (
    <div className="flex flex-col gap-6" aria-busy="true">
      <PageHeader title="Settings" description="What we write to you." />
      <p role="status" className="sr-only">
        Loading your choices
      </p>
      <SettingsTabs current="/settings/notifications" />
      <div className="grid items-start gap-6 lg:grid-cols-2">
        <Skeleton className="h-80" />
        <Skeleton className="h-96" />
      </div>
    </div>
  );
}
