"use server";

import type { Route } from "next";
import { revalidatePath } from "next/cache";
import { redirect } from "next/navigation";
import { publicAction } from "@/lib/action";
import { actAsAdmin } from "@/lib/admin/act";
import { requireAdmin } from "@/lib/admin/guard";
import { carryOut } from "./carry-out";
import { orderFields } from "./orders";

const carryOutOrder = publicAction(orderFields, async (order) => {
  const { requestId, verb, account, reason, ...asked } = order;
  const answer = await actAsAdmin({
    requestId,
    verb,
    account,
    reason,
    arguments: asked,
    run: () => carryOut(order),
  });
  if (!answer.ok) return { ok: false, message: answer.message };
  revalidatePath("/admin", "layout");
  redirect(`/admin/accounts/${account}?done=${requestId}` as Route);
});

/** Does what a form of the admin area asks for, once, with its trace. Whoever is no admin sees that there is no such page. */
export async function act(...[last, form]: Parameters<typeof carryOutOrder>): ReturnType<typeof carryOutOrder> {
  await requireAdmin();
  return carryOutOrder(last, form);
}
