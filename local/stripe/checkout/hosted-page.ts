import { StripeError } from "../core/error.ts";
import type { Context, PageAnswer, PageRequest } from "../core/resource.ts";
import { authenticationPage } from "../pages/authentication-page.ts";
import { checkoutPage } from "../pages/checkout-page.ts";
import { type Mistakes, nothingTyped, type TypedPayment } from "../pages/fields.ts";
import { noticePage } from "../pages/frame.ts";
import { mistakeInEmail, readCard, readTypedPayment } from "../pages/typed-payment.ts";
import { writeMoney } from "../pages/wording.ts";
import { createCard } from "../resources/payment-method-rules.ts";
import { authenticateSession, confirmSession } from "./confirm.ts";
import type { Confirmation } from "./confirmation.ts";
import { applyCode, removeCode } from "./promotion.ts";
import { changeRecord, findRecord, type Session } from "./record.ts";
import { needsCard, viewOf } from "./view.ts";

/** Shows the payment page of a session, or says why there is nothing to pay any more. */
export function showSession({ path }: PageRequest, context: Context): PageAnswer {
  const session = context.store.objects("checkout.session").get(path.session ?? "");
  return session ? draw(session, { typed: nothingTyped, mistakes: {}, alert: null }, context) : unknownSession();
}

/** Answers what a person pressed on the page: pay, use a code, take it off, pass or fail 3D Secure. */
export function answerForm({ path, form }: PageRequest, context: Context): PageAnswer {
  const session = context.store.objects("checkout.session").get(path.session ?? "");
  if (!session) return unknownSession();
  const typed = readTypedPayment(form);
  if (session.status !== "open") return draw(session, { typed, mistakes: {}, alert: null }, context);
  if (form.act === "apply_code") {
    const wrong = applyCode(session, typed.promotion_code, context);
    return redraw(session, typed, wrong ? { promotion_code: wrong } : {}, null, context);
  }
  if (form.act === "remove_code") {
    removeCode(session, context);
    return redraw(session, typed, {}, null, context);
  }
  if (form.act === "authenticate" || form.act === "refuse") {
    return afterTry(session, typed, authenticateSession(session.id, form.act === "authenticate", context), context);
  }
  return tryToPay(session, typed, context);
}

function tryToPay(session: Session, typed: TypedPayment, context: Context): PageAnswer {
  const record = findRecord(session.id, context);
  const { fixedEmail } = viewOf(session, record, { typed, mistakes: {}, alert: null }, context);
  const mistakes: Mistakes = {};
  const wrongEmail = fixedEmail ? undefined : mistakeInEmail(typed.email);
  if (wrongEmail) mistakes.email = wrongEmail;
  if (session.consent_collection?.terms_of_service === "required" && typed.terms !== "accepted") {
    mistakes.terms = "Agree to the terms of service to go on.";
  }
  const read = needsCard(session) ? readCard(typed, new Date(context.now() * 1000)) : { card: null };
  if ("mistakes" in read) Object.assign(mistakes, read.mistakes);
  if ("mistakes" in read || Object.keys(mistakes).length > 0)
    return redraw(session, typed, mistakes, null, context, 422);
  const email = fixedEmail ?? typed.email;
  changeRecord(session.id, { email }, context);
  return afterTry(session, typed, payWith(session, typed, read.card, email, context), context);
}

function payWith(
  session: Session,
  typed: TypedPayment,
  card: Parameters<typeof createCard>[1] | null,
  email: string,
  context: Context,
): Confirmation {
  try {
    const method = card && createCard(context, card, { email, name: typed.name });
    return confirmSession(session.id, method?.id ?? null, context);
  } catch (error) {
    if (error instanceof StripeError && error.body.type === "card_error") return { outcome: "declined", error };
    throw error;
  }
}

function afterTry(session: Session, typed: TypedPayment, tried: Confirmation, context: Context): PageAnswer {
  const current = context.find("checkout.session", session.id);
  switch (tried.outcome) {
    case "complete":
      return { status: 303, headers: { location: successAddress(tried.session) }, body: "" };
    case "requires_action":
      return {
        body: authenticationPage({
          address: `/c/pay/${session.id}`,
          amount: tried.amountCents === null ? null : writeMoney(tried.amountCents, session.currency ?? "usd"),
          typed,
        }),
      };
    case "declined":
      return redraw(current, typed, {}, `${tried.error.message} Nothing was charged. Try another card.`, context, 402);
  }
}

function redraw(
  session: Session,
  typed: TypedPayment,
  mistakes: Mistakes,
  alert: string | null,
  context: Context,
  status = 200,
): PageAnswer {
  return { ...draw(context.find("checkout.session", session.id), { typed, mistakes, alert }, context), status };
}

function draw(session: Session, shown: Parameters<typeof viewOf>[2], context: Context): PageAnswer {
  if (session.status === "complete") {
    const link = { href: successAddress(session), label: "Continue" };
    return { body: noticePage("This order is already complete", "Nothing more will be charged for it.", link) };
  }
  if (session.status !== "open") {
    const link = session.cancel_url ? { href: session.cancel_url, label: "Back to the shop" } : undefined;
    return {
      status: 410,
      body: noticePage("This page has expired", "Nothing was charged. Start again to get a new one.", link),
    };
  }
  return { body: checkoutPage(viewOf(session, findRecord(session.id, context), shown, context)) };
}

function successAddress(session: Session): string {
  return (session.success_url ?? "/").replaceAll("{CHECKOUT_SESSION_ID}", session.id);
}

function unknownSession(): PageAnswer {
  return { status: 404, body: noticePage("There is no such order", "The address may have been cut short.") };
}
