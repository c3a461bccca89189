import type { Context } from "../core/resource.ts";
import { behaviorOf } from "../resources/payment-method-rules.ts";

/**
 * Lets the test card 4000 0000 0000 0341 pay while its holder is on the hosted page, so that a renewal can be seen to
 * fail. (Stripe's own declines at once; its testers reach a failing renewal through test clocks.)
 * @returns puts the card back as it was.
 */
export function firstChargeGoesThrough(paymentMethod: string, context: Context): () => void {
  const behavior = behaviorOf(context, paymentMethod);
  const { card } = behavior;
  if (!card?.savesFirst || !card.decline || card.authentication) return () => undefined;
  const table = context.store.hidden<typeof behavior>("_payment_method");
  table.put({ ...behavior, card: { number: card.number } });
  return () => {
    table.put(behavior);
  };
}
