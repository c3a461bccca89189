import type Stripe from "stripe";
import { z } from "zod";
import { isLivemode, stripe } from "@/lib/stripe/client";
import { rpc } from "@/lib/supabase/rpc";

const time = z.coerce.date();
const evidence = z.object({
  payment: z.object({
    payment_intent_id: z.string(),
    account_id: z.string(),
    customer_id: z.string(),
    kind: z.enum(["pack", "plan", "other"]),
    currency: z.string(),
    charged_cents: z.number(),
    returned_cents: z.number(),
    paid_at: time,
  }),
  account: z.object({ name: z.string(), kind: z.string(), created_at: time }),
  people: z.array(
    z.object({
      email: z.string().nullable(),
      role: z.string(),
      signed_up_at: time,
      confirmed_at: time.nullable(),
      last_sign_in_at: time.nullable(),
    }),
  ),
  invoice: z
    .object({
      number: z.string().nullable(),
      description: z.string().nullable(),
      hosted_url: z.string().nullable(),
      pdf_url: z.string().nullable(),
      lines: z.array(
        z.object({
          description: z.string().nullable(),
          cents: z.number(),
          period_start_at: time,
          period_end_at: time,
        }),
      ),
    })
    .nullable(),
  checkout: z
    .object({
      session_id: z.string().nullable(),
      offer: z.string(),
      started_at: time,
      closed_at: time.nullable(),
      started_by: z.string().nullable(),
    })
    .nullable(),
  grants: z.array(
    z.object({
      source: z.string(),
      credits: z.number(),
      begins_at: time,
      expires_at: time.nullable(),
      granted_at: time,
      used: z.number(),
    }),
  ),
  days: z.array(z.object({ day: z.string(), feature: z.string(), uses: z.number(), credits: z.number() })),
});

const answer = z.union([
  z.object({ ok: z.literal(true) }).and(evidence),
  z.object({ ok: z.literal(false), code: z.literal("unknown_payment") }),
]);

/** What Stripe knows of the card and of what the buyer agreed to. */
export interface AtStripe {
  readonly charge: Stripe.Charge | null;
  readonly session: Stripe.Checkout.Session | null;
}

/** Everything there is to show a bank about a payment. */
export type Evidence = z.output<typeof evidence> & AtStripe;

async function askStripe(payment: string, session: string | null): Promise<AtStripe> {
  const [intent, checkout] = await Promise.all([
    stripe().paymentIntents.retrieve(payment, { expand: ["latest_charge"] }),
    session ? stripe().checkout.sessions.retrieve(session) : null,
  ]);
  const { latest_charge: charge } = intent;
  return { charge: charge && typeof charge === "object" ? charge : null, session: checkout };
}

/**
 * Gathers what a bank wants to see about a payment, for a pack or for a plan's invoice: who bought, when, what they
 * agreed to, what they got, and that they used it.
 * @param payment Stripe's id of the payment (`pi_…`)
 * @returns null for a payment that is none of ours
 * @throws Error if Stripe or the database cannot answer
 */
export async function evidenceFor(payment: string): Promise<Evidence | null> {
  const found = answer.parse(
    await rpc("read_payment_evidence", { payment_intent_id: payment, livemode: isLivemode() }),
  );
  if (!found.ok) return null;
  return { ...found, ...(await askStripe(payment, found.checkout?.session_id ?? null)) };
}
