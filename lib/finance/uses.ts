import { z } from "zod";
import { csvLine } from "@/lib/billing/csv";
import { isLivemode } from "@/lib/stripe/client";
import { rpc } from "@/lib/supabase/rpc";

const PAGE = 1000;

const use = z.object({
  seq: z.number(),
  happened_at: z.string(),
  recorded_at: z.string(),
  operation: z.string(),
  feature: z.string().nullable(),
  model: z.string().nullable(),
  person: z.string().nullable(),
  credits: z.number(),
  key: z.string().nullable(),
});

/** One use of the credits a payment bought. */
export type PaymentUse = z.output<typeof use>;

/**
 * Every use of the credits that a payment bought, in the order of recording, a page at a time: when, what for, by whom
 * and how many credits, and nothing of what was written.
 * @param payment Stripe's id of the payment (`pi_…`)
 * @throws RpcError if the database cannot answer
 */
export async function* readPaymentUses(payment: string): AsyncGenerator<PaymentUse[]> {
  let after: number | null = null;
  for (;;) {
    const answer: unknown = await rpc("read_payment_uses", {
      payment_intent_id: payment,
      livemode: isLivemode(),
      after_seq: after,
      most: PAGE,
    });
    const uses = z.array(use).parse(answer);
    yield uses;
    if (uses.length < PAGE) return;
    after = uses.at(-1)?.seq ?? null;
  }
}

const COLUMNS = ["happened_at", "recorded_at", "operation", "feature", "model", "person", "credits", "key"] as const;

/** Uses as CSV, written while they are read. */
export function usesCsv(pages: AsyncGenerator<PaymentUse[]>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    start(controller) {
      controller.enqueue(encoder.encode(csvLine(COLUMNS)));
    },
    async pull(controller) {
      const { value, done } = await pages.next();
      if (done) return controller.close();
      controller.enqueue(encoder.encode(value.map((one) => csvLine(COLUMNS.map((column) => one[column]))).join("")));
    },
    async cancel() {
      await pages.return(undefined);
    },
  });
}
