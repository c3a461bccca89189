import type Stripe from "stripe";
import { invalid, missingParam } from "../core/error.ts";
import { letters } from "../core/id.ts";
import { page } from "../core/list.ts";
import { mergeMetadata } from "../core/metadata.ts";
import type { Params } from "../core/objects.ts";
import { leftOut, type Resource, route } from "../core/resource.ts";
import { redeemableCoupon } from "./coupon-rules.ts";

export const coupons: Resource = {
  routes: [
    route<Params<Stripe.CouponCreateParams>>({
      method: "POST",
      path: "/v1/coupons",
      params: "CouponCreateParams",
      handle({ params }, context) {
        leftOut(params, ["currency_options", "applies_to"]);
        const {
          amount_off = null,
          percent_off = null,
          duration = "once",
          currency,
          duration_in_months = null,
        } = params;
        if ((amount_off === null) === (percent_off === null)) {
          throw invalid("Give exactly one of percent_off and amount_off.", "percent_off", "parameter_missing");
        }
        if (amount_off !== null && !currency) throw missingParam("currency");
        if (percent_off !== null && (percent_off <= 0 || percent_off > 100)) {
          throw invalid("Invalid percent_off: must be greater than 0 and at most 100", "percent_off");
        }
        if ((duration === "repeating") !== (duration_in_months !== null)) throw missingParam("duration_in_months");
        if (params.id && context.store.objects("coupon").get(params.id)) {
          throw invalid("Coupon already exists.", "id", "resource_already_exists");
        }
        const coupon = context.build("coupon", {
          id: params.id ?? letters(8),
          amount_off,
          percent_off,
          currency: currency ?? null,
          duration,
          duration_in_months,
          max_redemptions: params.max_redemptions ?? null,
          metadata: mergeMetadata({}, params.metadata),
          name: params.name ?? null,
          redeem_by: params.redeem_by ?? null,
          valid: true,
        });
        context.save(coupon);
        context.emit("coupon.created", coupon);
        return coupon;
      },
    }),
    {
      method: "GET",
      path: "/v1/coupons",
      params: "CouponListParams",
      handle: (request, { store }) => page(request, "/v1/coupons", store.objects("coupon").list()),
    },
    {
      method: "GET",
      path: "/v1/coupons/:coupon",
      params: "CouponRetrieveParams",
      handle: ({ path }, context) => context.find("coupon", path.coupon ?? ""),
    },
    route<Params<Stripe.CouponUpdateParams>>({
      method: "POST",
      path: "/v1/coupons/:coupon",
      params: "CouponUpdateParams",
      handle({ params, path }, context) {
        leftOut(params, ["currency_options"]);
        const coupon = context.find("coupon", path.coupon ?? "");
        const metadata = mergeMetadata(coupon.metadata, params.metadata);
        return context.update("coupon.updated", { ...coupon, metadata, name: params.name ?? coupon.name });
      },
    }),
    {
      method: "DELETE",
      path: "/v1/coupons/:coupon",
      params: "CouponDeleteParams",
      handle({ path }, context) {
        const coupon = context.find("coupon", path.coupon ?? "");
        context.store.objects("coupon").delete(coupon.id);
        context.emit("coupon.deleted", coupon);
        return { id: coupon.id, object: "coupon", deleted: true };
      },
    },
  ],
  // Stripe shows to which products a coupon is limited only when asked; one without limit has nothing to show.
  expansions: { "coupon.applies_to": () => undefined },
};

export const promotionCodes: Resource = {
  routes: [
    route<Params<Stripe.PromotionCodeCreateParams>>({
      method: "POST",
      path: "/v1/promotion_codes",
      params: "PromotionCodeCreateParams",
      handle({ params }, context) {
        leftOut(params, ["restrictions"]);
        const { promotion, customer = null } = params;
        if (!promotion.coupon) throw missingParam("promotion[coupon]");
        const coupon = redeemableCoupon(context, promotion.coupon, "promotion[coupon]");
        if (customer) context.find("customer", customer, "customer");
        const text = params.code ?? letters(8).toUpperCase();
        const isTaken = context.store
          .objects("promotion_code")
          .find((row) => row.active && row.code.toLowerCase() === text.toLowerCase() && row.customer === customer);
        if (isTaken)
          throw invalid("An active promotion code with this code already exists.", "code", "resource_already_exists");
        const code = context.build("promotion_code", {
          id: context.newId("promo"),
          active: params.active ?? true,
          code: text,
          customer,
          expires_at: params.expires_at ?? null,
          max_redemptions: params.max_redemptions ?? null,
          metadata: mergeMetadata({}, params.metadata),
          promotion: { type: "coupon", coupon: coupon.id },
          restrictions: { first_time_transaction: false, minimum_amount: null, minimum_amount_currency: null },
        });
        context.save(code);
        context.emit("promotion_code.created", code);
        return code;
      },
    }),
    route<Params<Stripe.PromotionCodeListParams>>({
      method: "GET",
      path: "/v1/promotion_codes",
      params: "PromotionCodeListParams",
      handle(request, { store }) {
        const { active, code, coupon, customer } = request.params;
        const list = store
          .objects("promotion_code")
          .list(
            (row) =>
              (active === undefined || row.active === active) &&
              (!code || row.code.toLowerCase() === code.toLowerCase()) &&
              (!coupon || row.promotion.coupon === coupon) &&
              (!customer || row.customer === customer),
          );
        return page(request, "/v1/promotion_codes", list);
      },
    }),
    {
      method: "GET",
      path: "/v1/promotion_codes/:code",
      params: "PromotionCodeRetrieveParams",
      handle: ({ path }, context) => context.find("promotion_code", path.code ?? ""),
    },
    route<Params<Stripe.PromotionCodeUpdateParams>>({
      method: "POST",
      path: "/v1/promotion_codes/:code",
      params: "PromotionCodeUpdateParams",
      handle({ params, path }, context) {
        leftOut(params, ["restrictions"]);
        const code = context.find("promotion_code", path.code ?? "");
        const metadata = mergeMetadata(code.metadata, params.metadata);
        return context.update("promotion_code.updated", { ...code, metadata, active: params.active ?? code.active });
      },
    }),
  ],
};
