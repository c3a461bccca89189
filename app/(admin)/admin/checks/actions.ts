"use server";

import { revalidatePath } from "next/cache";
import { after } from "next/server";
import { z } from "zod";
import { actAsAdmin } from "@/lib/admin/act";
import { requireAdmin } from "@/lib/admin/guard";
import { runEventAgain } from "@/lib/events/inbox";
import { startChecks, stepChecks } from "@/lib/reconciliation/runs";

const FIRST_STEP_SECONDS = 20;

async function beginAtOnce(): Promise<void> {
  try {
    await stepChecks({ seconds: FIRST_STEP_SECONDS });
  } catch (error) {
    console.error("The checks were begun; the next tick goes on.", error);
  }
}

/** Begins every check that is not under way, and works on them at once; ticks go on. */
export async function compareNow(): Promise<void> {
  await requireAdmin();
  await startChecks();
  after(beginAtOnce);
  revalidatePath("/admin/checks", "layout");
}

const again = z.object({ event: z.string().regex(/^evt_\w+$/), requestId: z.uuid() });

/** Gives an event that was given up its attempts back, in the name of whoever asks. */
export async function runAgain(form: FormData): Promise<void> {
  await requireAdmin();
  const { event, requestId } = again.parse(Object.fromEntries(form));
  await actAsAdmin({
    requestId,
    verb: "event",
    account: null,
    reason: "From the checks",
    arguments: { event },
    run: () => runEventAgain(event),
  });
  revalidatePath("/admin/checks", "layout");
}
