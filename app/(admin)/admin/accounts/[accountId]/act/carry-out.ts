import { readAdminAccount } from "@/lib/admin/account";
import { holdAccount, releaseAccount } from "@/lib/admin/holds";
import { decideMeterRow } from "@/lib/admin/meter-rows";
import type { AccountId } from "@/lib/billing/units";
import { credits } from "@/lib/billing/units";
import { now } from "@/lib/clock";
import { grantCredits } from "@/lib/credits/grants";
import { forgiveInvoice } from "@/lib/dunning/forgive";
import { releaseOverage } from "@/lib/dunning/overage";
import { askAboutAccount } from "@/lib/events/account";
import { runEventAgain } from "@/lib/events/inbox";
import { readInvoice } from "@/lib/invoices/read";
import { previewPackRefund, refundPack } from "@/lib/payments/pack-refund";
import { adminClient } from "@/lib/supabase/admin";
import type { Order } from "./orders";

type Answer = { ok: true; code: string } | { ok: false; code: string; message: string };
type Of<V extends Order["verb"]> = Extract<Order, { verb: V }>;

const DAY_MS = 86_400_000;
const NOT_ITS_OWN: Answer = {
  ok: false,
  code: "not_its_own",
  message: "That belongs to another account. Open it from its own page.",
};

async function gift({ requestId, account, credits: amount, days }: Of<"gift">): Promise<Answer> {
  const answer = await grantCredits({
    account,
    source: "gift",
    sourceId: requestId,
    amount: credits(amount),
    category: "promotional",
    priority: 10,
    ...(days && { expiresAt: new Date(now().getTime() + days * DAY_MS) }),
  });
  if (answer.ok || answer.code === "idempotency_conflict") return { ok: true, code: "granted" };
  return { ok: false, code: answer.code, message: "The ledger refused these credits. Look at the amount." };
}

async function refund({ requestId, account, payment, cents }: Of<"refund">): Promise<Answer> {
  const seen = await previewPackRefund(payment);
  if (seen.ok && seen.account !== account) return NOT_ITS_OWN;
  return refundPack({ payment, requestId, expectedCents: cents });
}

async function forgive({ requestId, account, invoice, what }: Of<"forgive">): Promise<Answer> {
  if (!(await readInvoice(adminClient(), account, invoice))) return NOT_ITS_OWN;
  return forgiveInvoice({ invoice, what, requestId });
}

async function owns(account: AccountId, waiting: { row?: string; event?: string }): Promise<boolean> {
  const found = await readAdminAccount(account);
  return Boolean(
    found?.meterRows.some(({ id }) => id === waiting.row) || found?.deadEvents.some(({ id }) => id === waiting.event),
  );
}

async function meter({ account, row, decision, reason }: Of<"meter">): Promise<Answer> {
  const answer = (await owns(account, { row })) ? await decideMeterRow(row, decision, reason) : null;
  return answer ?? { ok: false, code: "nothing_to_decide", message: "Nothing is left to decide about this use." };
}

async function event({ account, event: id }: Of<"event">): Promise<Answer> {
  const answer = (await owns(account, { event: id })) ? await runEventAgain(id) : null;
  if (answer?.ok) return { ok: true, code: "waiting" };
  return { ok: false, code: "not_dead", message: "This event is not given up any more: it has run, or will." };
}

async function overage(account: AccountId): Promise<Answer> {
  if (await releaseOverage(account)) return { ok: true, code: "released" };
  return { ok: false, code: "nothing_held", message: "No overage is kept from this account." };
}

/**
 * Does what an admin asked for, by the verb of whichever feature it belongs to. Safe to do again under the same request.
 * @returns `{ ok: false, message }` when it was refused, in words for the admin
 * @throws Error if Stripe or the database cannot answer
 */
export function carryOut(order: Order): Promise<Answer> {
  switch (order.verb) {
    case "gift":
      return gift(order);
    case "hold":
      return holdAccount(order.account, order.reason);
    case "release":
      return releaseAccount(order.account);
    case "overage":
      return overage(order.account);
    case "sync":
      return askAboutAccount(order.account);
    case "refund":
      return refund(order);
    case "forgive":
      return forgive(order);
    case "meter":
      return meter(order);
    case "event":
      return event(order);
  }
}
