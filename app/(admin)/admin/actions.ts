"use server";

import { revalidatePath } from "next/cache";
import { z } from "zod";
import { requireAdmin } from "@/lib/admin/guard";
import { seeAlert } from "@/lib/alerts";

/** Notes that whoever asks has read an alert. It stays open until its reason is gone. */
export async function markSeen(form: FormData): Promise<void> {
  const admin = await requireAdmin();
  await seeAlert(z.uuid().parse(form.get("alert")), admin.id);
  revalidatePath("/admin", "layout");
}
