import { notFound } from "next/navigation";
import { cache } from "react";
import { z } from "zod";
import { readAdminAccount } from "@/lib/admin/account";
import { requireAdmin } from "@/lib/admin/guard";
import { entitlementFor } from "@/lib/billing/entitlement";
import { accountId } from "@/lib/billing/units";
import { now } from "@/lib/clock";
import { readStanding } from "@/lib/standing";

/** An account's id as it stands in an address or a form. */
export const accountParameter = z.uuid().transform((id) => accountId(id.toLowerCase()));

/** The account of a page for admins, with what it may do now. Whoever is no admin sees that there is no such page. */
export const readShown = cache(async (id: string) => {
  await requireAdmin();
  const parsed = accountParameter.safeParse(id);
  const account = parsed.success ? await readAdminAccount(parsed.data) : null;
  if (!account) notFound();
  const at = now();
  const standing = await readStanding(account.id);
  return { account, standing, entitlement: entitlementFor(standing, at), at };
});
