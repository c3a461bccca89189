import type { Metadata } from "next";
import { PageHeader } from "@/components/ui/page-header";
import { requireAdmin } from "@/lib/admin/guard";

export const metadata: Metadata = { title: "Admin" };

export default async function OverviewPage() {
  await requireAdmin();
  return <PageHeader title="Overview" description="What needs somebody, and what is well." />;
}
