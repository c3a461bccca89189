import { invalid } from "../core/error.ts";
import { type Route, route } from "../core/resource.ts";
import { confirmSession } from "./confirm.ts";
import { changeRecord } from "./record.ts";

interface ConfirmParams {
  payment_method?: string;
  expected_amount?: string | number;
}

/** The door that Stripe's own command line uses to complete a checkout without a browser. */
export const paymentPages: Route[] = [
  route({
    method: "GET",
    path: "/v1/payment_pages/:session",
    handle: ({ path }, context) => context.find("checkout.session", path.session ?? ""),
  }),
  route<ConfirmParams>({
    method: "POST",
    path: "/v1/payment_pages/:session/confirm",
    handle({ path, params }, context) {
      const session = context.find("checkout.session", path.session ?? "");
      const expected = params.expected_amount === undefined ? session.amount_total : Number(params.expected_amount);
      if (expected !== session.amount_total) {
        throw invalid(
          `The expected amount ${expected} is not the session's amount ${session.amount_total}.`,
          "expected_amount",
        );
      }
      const method = params.payment_method
        ? context.find("payment_method", params.payment_method, "payment_method")
        : null;
      changeRecord(session.id, { email: method?.billing_details.email ?? null }, context);
      const tried = confirmSession(session.id, method?.id ?? null, context);
      if (tried.outcome === "declined") throw tried.error;
      return context.find("checkout.session", session.id);
    },
  }),
];
