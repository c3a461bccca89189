import { invalid } from "../core/error.ts";
import type { Objects } from "../core/objects.ts";
import type { Context } from "../core/resource.ts";
import { addIntervals } from "../subscriptions/periods.ts";
import type { Reduction } from "./totals.ts";

type Coupon = Objects["coupon"];

/** How a request names a discount. */
export interface DiscountChoice {
  coupon?: string;
  promotion_code?: string;
  discount?: string;
}

interface Owner {
  customer: string | null;
  subscription?: string;
  checkout_session?: string;
  invoice?: string;
}

/**
 * Makes the discounts a request names and counts each coupon and code as redeemed.
 * @returns the ids of the stored discounts.
 * @throws 400 for a coupon or code that is unknown, expired, used up or for another customer.
 */
export function redeemDiscounts(choices: DiscountChoice[], owner: Owner, context: Context): string[] {
  return choices.map((choice) => {
    if (choice.discount) return context.find("discount", choice.discount, "discounts").id;
    const coupon = couponOf(choice, owner.customer, context);
    context.save({ ...coupon, times_redeemed: coupon.times_redeemed + 1 });
    if (choice.promotion_code) countCode(choice.promotion_code, context);
    const start = context.now();
    const discount = context.build("discount", {
      id: context.newId("di"),
      source: { type: "coupon", coupon: coupon.id },
      promotion_code: choice.promotion_code ?? null,
      start,
      end: endOf(coupon, start),
      ...owner,
    });
    return context.save(discount).id;
  });
}

/**
 * The coupon behind a choice, refused when it cannot be used now.
 * @throws 400 naming why.
 */
export function couponOf(choice: DiscountChoice, customer: string | null, context: Context): Coupon {
  if (!choice.promotion_code)
    return usable(context.find("coupon", choice.coupon ?? "", "discounts[0][coupon]"), context);
  const code = context.find("promotion_code", choice.promotion_code, "discounts[0][promotion_code]");
  const spent = code.max_redemptions !== null && code.times_redeemed >= code.max_redemptions;
  const over = code.expires_at !== null && code.expires_at <= context.now();
  const foreign = code.customer !== null && code.customer !== customer;
  if (!code.active || spent || over || foreign)
    throw invalid("This promotion code cannot be redeemed.", "promotion_code");
  return usable(context.find("coupon", String(code.promotion.coupon), "discounts[0][promotion_code]"), context);
}

/**
 * What the discounts take off, in the order they apply.
 * @param at the moment they are asked about; one that has ended by then takes nothing.
 */
export function reductionsOf(
  discounts: string[],
  currency: string,
  context: Context,
  at: number = context.now(),
): Reduction[] {
  return liveDiscounts(discounts, context, at).flatMap((id) => {
    const coupon = context.store.objects("discount").get(id)?.source.coupon;
    return coupon ? [reductionOf(context.find("coupon", coupon), id, currency)] : [];
  });
}

/** The discounts that have not ended by a moment. */
export function liveDiscounts(discounts: string[], { store }: Context, at: number): string[] {
  return discounts.filter((id) => {
    const discount = store.objects("discount").get(id);
    return discount !== undefined && (discount.end === null || discount.end > at);
  });
}

/** What a coupon takes off in a currency. @throws 400 for a sum of money in another currency */
export function reductionOf(coupon: Coupon, discount: string, currency: string): Reduction {
  const other = coupon.currency !== currency;
  const amountOff = other ? coupon.currency_options?.[currency]?.amount_off : coupon.amount_off;
  if (coupon.percent_off === null && amountOff == null) {
    throw invalid(
      `The coupon ${coupon.id} cannot be redeemed because it applies to ${coupon.currency} only, not to ${currency}.`,
      "discounts[0][coupon]",
    );
  }
  return {
    discount,
    percentOff: coupon.percent_off,
    amountOffCents: coupon.percent_off === null ? (amountOff ?? null) : null,
    products: coupon.applies_to?.products ?? null,
  };
}

/** Keeps the discounts that still count after an invoice: not those for once, nor those whose months are over. */
export function discountsAfterInvoice(discounts: string[], context: Context): string[] {
  return discounts.filter((id) => {
    const discount = context.store.objects("discount").get(id);
    if (!discount?.source.coupon) return false;
    if (context.find("coupon", discount.source.coupon).duration === "once") return false;
    return discount.end === null || discount.end > context.now();
  });
}

function usable(coupon: Coupon, context: Context): Coupon {
  const over = coupon.redeem_by !== null && coupon.redeem_by <= context.now();
  const spent = coupon.max_redemptions !== null && coupon.times_redeemed >= coupon.max_redemptions;
  if (over || spent) throw invalid(`Coupon expired: ${coupon.id}`, "coupon", "coupon_expired");
  return coupon;
}

function countCode(id: string, context: Context): void {
  const code = context.find("promotion_code", id);
  context.save({ ...code, times_redeemed: code.times_redeemed + 1 });
}

function endOf(coupon: Coupon, start: number): number | null {
  if (coupon.duration !== "repeating") return null;
  return addIntervals(start, { interval: "month", interval_count: coupon.duration_in_months ?? 1 }, 1);
}
