import { invalid } from "../core/error.ts";
import type { Objects } from "../core/objects.ts";
import type { Context } from "../core/resource.ts";

export type Coupon = Objects["coupon"];

/** The coupon, or 400 when it can no longer be redeemed. */
export function redeemableCoupon(context: Context, id: string, param = "coupon"): Coupon {
  const coupon = context.find("coupon", id, param);
  if (!isValid(coupon, context.now())) throw invalid(`This coupon has expired: ${id}.`, param, "coupon_expired");
  return coupon;
}

/** The coupon behind a promotion code; 400 when the code cannot be used by this customer now. */
export function redeemableCode(
  context: Context,
  id: string,
  customer: string | null,
  param = "promotion_code",
): Coupon {
  const code = context.find("promotion_code", id, param);
  const isOver = code.expires_at !== null && code.expires_at <= context.now();
  const isUsedUp = code.max_redemptions !== null && code.times_redeemed >= code.max_redemptions;
  const isOthers = code.customer !== null && code.customer !== customer;
  if (!code.active || isOver || isUsedUp || isOthers || !code.promotion.coupon) {
    throw invalid("This promotion code cannot be redeemed.", param);
  }
  return redeemableCoupon(context, code.promotion.coupon, param);
}

/** Counts one use of a coupon, and of the promotion code it came by. */
export function countRedemption(context: Context, couponId: string, codeId?: string): void {
  const coupon = context.find("coupon", couponId);
  coupon.times_redeemed += 1;
  coupon.valid = isValid(coupon, context.now());
  context.save(coupon);
  if (!codeId) return;
  const code = context.find("promotion_code", codeId);
  context.save({ ...code, times_redeemed: code.times_redeemed + 1 });
}

/** What a coupon takes off an amount in cents. */
export function discountOf(coupon: Coupon, amount: number): number {
  if (coupon.percent_off !== null) return Math.min(amount, Math.round((amount * coupon.percent_off) / 100));
  return Math.min(amount, coupon.amount_off ?? 0);
}

function isValid(coupon: Coupon, now: number): boolean {
  const isUsedUp = coupon.max_redemptions !== null && coupon.times_redeemed >= coupon.max_redemptions;
  return !isUsedUp && (coupon.redeem_by === null || coupon.redeem_by > now);
}
