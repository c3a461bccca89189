"use server";

import { z } from "zod";
import { type ActionResult, accountAction } from "@/lib/action";
import { type Entitlement, entitlementFor } from "@/lib/billing/entitlement";
import { formatCredits } from "@/lib/billing/format";
import { overageStopWords, waysOutWords } from "@/lib/billing/overage-stop";
import { fixedPrices } from "@/lib/billing/plans";
import { credits } from "@/lib/billing/units";
import { now } from "@/lib/clock";
import type { Session } from "@/lib/session";
import { readStanding } from "@/lib/standing";
import { measureReadability, type Readability } from "@/lib/summaries/readability";
import { summarize } from "@/lib/summaries/summarize";
import { type Charge, charge, chargeWhenDone } from "@/lib/usage/fixed-price";
import { readOverageStop } from "@/lib/usage/overage-stop";
import { AlreadyMeteredError, InsufficientCreditsError, SpendingRefusedError } from "@/lib/usage/refusals";

const schema = z.object({
  requestId: z.uuid(),
  text: z.string().trim().min(40, "Paste at least 40 characters.").max(20_000, "Paste at most 20,000 characters."),
});

interface Charged {
  charged: number;
  available: number;
}

async function priced(
  feature: keyof typeof fixedPrices,
  requestId: string,
  session: Session,
  { overagePermitted }: Entitlement,
): Promise<Charge> {
  return {
    account: session.account.id,
    userId: session.user.id,
    key: `${feature}:${requestId}`,
    amount: credits(fixedPrices[feature]),
    feature,
    overagePermitted,
  };
}

const entitlementOf = async ({ account }: Session) => entitlementFor(await readStanding(account.id), now());

/** Says why nothing was charged; what is no refusal is thrown on. */
async function explain(error: unknown, session: Session, entitlement: Entitlement): Promise<ActionResult<never>> {
  if (error instanceof InsufficientCreditsError) {
    const [have, need] = [formatCredits(error.available), formatCredits(error.needed)];
    const stop = await readOverageStop(session.account.id, entitlement);
    return {
      ok: false,
      message: `You have ${have} credits left; this costs ${need}. ${overageStopWords(stop)} ${waysOutWords(stop.ways)}`,
    };
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
    const entitlement = await entitlementOf(session);
    const what = await priced("summarize", requestId, session, entitlement);
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
      if (!failed) return explain(error, session, entitlement);
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
    const entitlement = await entitlementOf(session);
    const what = await priced("readability", requestId, session, entitlement);
    try {
      const { balance } = await charge(what);
      return {
        ok: true,
        data: { report: measureReadability(text), charged: what.amount, available: balance.available },
      };
    } catch (error) {
      return explain(error, session, entitlement);
    }
  },
);
