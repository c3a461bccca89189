import { signOut } from "@/app/(auth)/actions";
import { AdminFrame } from "@/components/admin/frame";
import { requireAdmin } from "@/lib/admin/guard";

export default async function AdminLayout({ children }: { children: React.ReactNode }) {
  const admin = await requireAdmin();
  return (
    <AdminFrame email={admin.email} signOut={signOut}>
      {children}
    </AdminFrame>
  );
}
