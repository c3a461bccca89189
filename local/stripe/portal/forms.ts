import type { Context, PageAnswer } from "../core/resource.ts";
import type { Mistakes, TypedPayment } from "../pages/fields.ts";
import { cancelPage, cardPage, detailsPage, type FormView } from "../pages/portal-forms.ts";
import { portalPage } from "../pages/portal-page.ts";
import { writeDay } from "../pages/wording.ts";
import { ownSubscription } from "./acts.ts";
import type { OpenSession } from "./sessions.ts";
import { portalView } from "./view.ts";

/** Where all pages of a session live. */
export const addressOf = ({ token }: OpenSession): string => `/p/session/${token}`;

/** The portal's first page. */
export function home(
  open: OpenSession,
  shown: { alert: string | null; done: string | null },
  context: Context,
  status = 200,
): PageAnswer {
  return { status, body: portalPage(portalView(open, shown, context)) };
}

/** A deep link's form leads back to where it came from, any other to the first page. */
function formView(open: OpenSession, type: string, context: Context): FormView {
  const isDeep = open.flow?.type === type;
  const back = isDeep ? open.session.return_url : `${addressOf(open)}?home=`;
  return { address: addressOf(open), back, view: portalView(open, { alert: null, done: null }, context) };
}

export function cardForm(
  open: OpenSession,
  typed: TypedPayment,
  mistakes: Mistakes,
  alert: string | null,
  context: Context,
): PageAnswer {
  return { body: cardPage(formView(open, "payment_method_update", context), { typed, mistakes, alert }) };
}

/** @param mistake what was typed and is to be mended, kept in its fields */
export function detailsForm(
  open: OpenSession,
  mistake: { typed: Record<string, string>; email: string } | null,
  context: Context,
): PageAnswer {
  const allowed = open.configuration.features.customer_update.allowed_updates;
  const kept = context.find("customer", open.customer.id);
  const typed = mistake?.typed;
  const customer = typed
    ? { ...kept, email: typed.email ?? "", name: typed.name, phone: typed.phone, address: typed }
    : kept;
  const wrongEmail = mistake?.email ?? null;
  return { body: detailsPage(formView(open, "customer_update", context), { customer, allowed, wrongEmail }) };
}

export function cancelForm(open: OpenSession, id: string, context: Context): PageAnswer {
  const subscription = ownSubscription(open, id, context);
  const { mode, cancellation_reason: reason } = open.configuration.features.subscription_cancel;
  const end = Math.max(...subscription.items.data.map((item) => item.current_period_end));
  return {
    body: cancelPage(formView(open, "subscription_cancel", context), {
      subscription: id,
      when: mode === "at_period_end" ? `Your plan stays until ${writeDay(end)} and ends then.` : "Your plan ends now.",
      reasons: reason.enabled ? reason.options : [],
    }),
  };
}
