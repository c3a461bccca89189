import { formatMoney } from "@/lib/billing/format";
import { listOfDouble } from "./double";
import type { Happening } from "./state";

/** What this reads of an event of Stripe's. */
export interface EventRow {
  id: string;
  type: string;
  created: number;
  data: {
    object: {
      customer?: string | { id: string } | null;
      number?: string | null;
      amount_due?: number;
      amount_remaining?: number;
      amount?: number;
      total?: number;
      currency?: string;
      attempt_count?: number;
      hosted_invoice_url?: string | null;
      status?: string;
      cancel_at?: number | null;
    };
    previous_attributes?: Record<string, unknown> | null;
  };
}

type Fact = EventRow["data"]["object"];

const money = (cents: number | undefined, { currency }: Fact) => formatMoney(cents ?? 0, currency ?? "usd");
const invoice = ({ number }: Fact) => (number ? `Invoice ${number}` : "An invoice");

/** The events worth a line, and their words; everything else only says the same again. */
const WORDS: Record<string, (object: Fact, before: Record<string, unknown>) => string | null> = {
  "invoice.finalized": (object) => `${invoice(object)} went out: ${money(object.total, object)}`,
  "invoice.paid": (object) => `${invoice(object)} was paid: ${money(object.total, object)}`,
  "invoice.payment_failed": (object) =>
    `${invoice(object)} could not be charged: ${money(object.amount_due, object)}, attempt ${object.attempt_count ?? 1}`,
  "invoice.payment_action_required": (object) => `${invoice(object)} waits for the bank's confirmation`,
  "invoice.finalization_failed": (object) => `${invoice(object)} could not be finished`,
  "invoice.voided": (object) => `${invoice(object)} was voided`,
  "invoice.marked_uncollectible": (object) => `${invoice(object)} was given up as uncollectible`,
  "customer.subscription.created": ({ status }) => `A subscription began: ${words(status)}`,
  "customer.subscription.deleted": () => "The subscription ended",
  "customer.subscription.trial_will_end": () => "The trial ends soon",
  "customer.subscription.updated": ({ status, cancel_at }, before) => {
    if ("status" in before) return `The subscription went from ${words(before.status)} to ${words(status)}`;
    if ("cancel_at" in before) return cancel_at ? "The subscription was set to end" : "The subscription will go on";
    return "items" in before || "latest_invoice" in before ? "A new period began, or the plan changed" : null;
  },
  "charge.refunded": (object) => `A payment was refunded: ${money(object.amount, object)}`,
  "charge.dispute.created": (object) => `A payment was disputed: ${money(object.amount, object)}`,
  "checkout.session.expired": () => "An open checkout expired",
};

const words = (status: unknown) => String(status ?? "unknown").replaceAll("_", " ");

/** What an event says in plain words; null when another event says it better. */
export function wordEvent({ type, created, data }: EventRow): Happening | null {
  const text = WORDS[type]?.(data.object, data.previous_attributes ?? {});
  if (!text) return null;
  const href = data.object.hosted_invoice_url;
  return { at: new Date(created * 1000).toISOString(), text, ...(href ? { href } : {}) };
}

/** Events of Stripe's since then, oldest first, with the customer each is about. */
export async function readEvents(since: Date): Promise<Array<{ customer: string | null; happening: Happening }>> {
  const rows = await listOfDouble<EventRow>("events", { "created[gt]": String(Math.floor(since.getTime() / 1000)) });
  return rows.reverse().flatMap((event) => {
    const happening = wordEvent(event);
    const { customer } = event.data.object;
    return happening ? [{ customer: typeof customer === "string" ? customer : (customer?.id ?? null), happening }] : [];
  });
}
