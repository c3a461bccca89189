"use server";

import { z } from "zod";
import { type ActionResult, accountAction } from "@/lib/action";
import { entitlementFor } from "@/lib/billing/entitlement";
import { formatCredits } from "@/lib/billing/format";
import { fixedPrices } from "@/lib/billing/plans";
import { credits } from "@/lib/billing/units";
import { now } from "@/lib/clock";
import type { Session } from "@/lib/session";
import { readStanding } from "@/lib/standing";
import { measureReadability, type Readability } from "@/lib/summaries/readability";
import { summarize } from "@/lib/summaries/summarize";
import { type Charge, charge, chargeWhenDone } from "@/lib/usage/fixed-price";
import { AlreadyMeteredError, InsufficientCreditsError, SpendingRefusedError } from "@/lib/usage/refusals";

const schema = z.object({
  requestId: z.uuid(),
  text: z.string().trim().min(40, "Paste at least 40 characters.").max(20_000, "Paste at most 20,000 characters."),
});

interface Charged {
  charged: number;
  available: number;
}

async function priced(feature: keyof typeof fixedPrices, requestId: string, session: Session): Promise<Charge> {
  const { overagePermitted } = entitlementFor(await readStanding(session.account.id), now());
  return {
    account: session.account.id,
    userId: session.user.id,
    key: `${feature}:${requestId}`,
    amount: credits(fixedPrices[feature]),
    feature,
    overagePermitted,
  };
}

/** Says why nothing was charged; what is no refusal is thrown on. */
function explain(error: unknown): ActionResult<never> {
  if (error instanceof InsufficientCreditsError) {
    const [have, need] = [formatCredits(error.available), formatCredits(error.needed)];
    return { ok: false, message: `You have ${have} credits left; this costs ${need}. Add credits, then press again.` };
  }
  if (error instanceof SpendingRefusedError) {
    return { ok: false, message: "Spending is stopped for this account. The message at the top says what mends it." };
  }
  if (error instanceof AlreadyMeteredError) {
    return { ok: false, message: "This was handled already and is not charged again. Press again for a new one." };
  }
  throw error;
}

/** Work that may fail: its price is set aside, and taken only when the summary is there. */
export const summarizeText = accountAction<typeof schema, { summary: string } & Charged>(
  schema,
  async ({ requestId, text }, session) => {
    const what = await priced("summarize", requestId, session);
    let failed = false;
    const work = () =>
      summarize(text).catch((error: unknown) => {
        failed = true;
        throw error;
      });
    try {
      const { result, balance } = await chargeWhenDone(what, work);
      return { ok: true, data: { summary: result, charged: what.amount, available: balance.available } };
    } catch (error) {
      if (!failed) return explain(error);
      console.error(`The summary ${requestId} failed.`, error);
      return {
        ok: false,
        message: "The model's provider could not answer. Nothing was charged; press again to retry.",
      };
    }
  },
);

/** Work that cannot fail: charged at once, by deducting its price. */
export const measureText = accountAction<typeof schema, { report: Readability; charged: number; available: number }>(
  schema,
  async ({ requestId, text }, session) => {
    const what = await priced("readability", requestId, session);
    try {
      const { balance } = await charge(what);
      return {
        ok: true,
        data: { report: measureReadability(text), charged: what.amount, available: balance.available },
      };
    } catch (error) {
      return explain(error);
    }
  },
);
