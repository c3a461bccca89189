import { StripeError } from "../core/error.ts";
import type { Context, Page, PageAnswer } from "../core/resource.ts";
import { authenticationPage } from "../pages/authentication-page.ts";
import { nothingTyped } from "../pages/fields.ts";
import { noticePage } from "../pages/frame.ts";
import { mistakeInEmail, readCard, readTypedPayment } from "../pages/typed-payment.ts";
import { addTaxId, removeTaxId } from "../resources/tax-ids.ts";
import { addCard, authenticateCard, cancel, changeDetails, makeDefault, removeCard, resume } from "./acts.ts";
import { addressOf, cancelForm, cardForm, detailsForm, home } from "./forms.ts";
import { type OpenSession, openSession } from "./sessions.ts";

const PATH = "/p/session/:token";

/** The portal's pages, one address for all of them: `?do=` says which form, a posted `act` what was pressed. */
export const portalPages: Page[] = [
  {
    method: "GET",
    path: PATH,
    handle({ path, query }, context) {
      const open = enter(path.token, context);
      return "session" in open ? show(open, query, context) : open;
    },
  },
  {
    method: "POST",
    path: PATH,
    handle({ path, form }, context) {
      const open = enter(path.token, context);
      if (!("session" in open)) return open;
      try {
        return act(open, form, context);
      } catch (error) {
        if (!(error instanceof StripeError)) throw error;
        return home(open, { alert: error.message, done: null }, context, 400);
      }
    },
  },
];

function enter(token: string | undefined, context: Context): OpenSession | PageAnswer {
  const open = openSession(token ?? "", context);
  if (!open) return { status: 404, body: noticePage("There is no such page", "The address may have been cut short.") };
  if (!("expired" in open)) return open;
  const link = open.expired ? { href: open.expired, label: "Back" } : undefined;
  const text = "Addresses of this page work for a short time only. Go back and open it again.";
  return { status: 410, body: noticePage("This page has expired", text, link) };
}

function show(open: OpenSession, query: Record<string, string>, context: Context): PageAnswer {
  const wanted = query.do ?? (query.home === undefined ? open.flow?.type : undefined);
  const { features } = open.configuration;
  if (wanted === "payment_method_update" && features.payment_method_update.enabled) {
    return cardForm(open, nothingTyped, {}, null, context);
  }
  if (wanted === "customer_update" && features.customer_update.enabled) return detailsForm(open, null, context);
  const ending = query.subscription ?? open.flow?.subscription_cancel?.subscription;
  if (wanted === "subscription_cancel" && features.subscription_cancel.enabled && ending) {
    return cancelForm(open, ending, context);
  }
  return home(open, { alert: null, done: DONE[query.done ?? ""] ?? null }, context);
}

const DONE: Record<string, string> = {
  card: "Your card is saved. Future invoices are charged to it.",
  default: "Future invoices are charged to that card.",
  removed: "The card is removed.",
  details: "Your details are saved. They are on your next invoices.",
  tax: "Your tax ids are changed.",
  canceled: "Your plan is canceled.",
  resumed: "Your plan goes on.",
};

function act(open: OpenSession, form: Record<string, string>, context: Context): PageAnswer {
  const { features } = open.configuration;
  const may = {
    cards: features.payment_method_update.enabled,
    details: features.customer_update.enabled,
    taxIds: features.customer_update.enabled && features.customer_update.allowed_updates.includes("tax_id"),
    cancel: features.subscription_cancel.enabled,
  };
  const of = form.of ?? "";
  if (may.cards && form.act === "add_card") return pressAddCard(open, form, context);
  if (may.cards && (form.act === "authenticate" || form.act === "refuse")) {
    return afterCard(open, form, authenticateCard(open, form.act === "authenticate", context), context);
  }
  if (may.cards && form.act === "make_default") {
    makeDefault(open, of, context);
    return done(open, "default");
  }
  if (may.cards && form.act === "remove_card") {
    const alert = removeCard(open, of, context);
    return alert ? home(open, { alert, done: null }, context, 422) : done(open, "removed");
  }
  if (may.details && form.act === "save_details") {
    const wrong = form.email ? mistakeInEmail(form.email.trim()) : undefined;
    if (wrong) return { ...detailsForm(open, { typed: form, email: wrong }, context), status: 422 };
    changeDetails(open, form, context);
    return finish(open, "customer_update", "details");
  }
  if (may.taxIds && form.act === "add_tax_id") {
    addTaxId(open.customer.id, { type: form.type ?? "", value: form.value ?? "" }, context);
    return done(open, "tax");
  }
  if (may.taxIds && form.act === "remove_tax_id") {
    removeTaxId(open.customer.id, of, context);
    return done(open, "tax");
  }
  if (may.cancel && form.act === "cancel") {
    cancel(open, of, form, context);
    return finish(open, "subscription_cancel", "canceled");
  }
  if (may.cancel && form.act === "resume") {
    resume(open, of, context);
    return done(open, "resumed");
  }
  return home(open, { alert: "That cannot be done here.", done: null }, context, 403);
}

function pressAddCard(open: OpenSession, form: Record<string, string>, context: Context): PageAnswer {
  const typed = readTypedPayment(form);
  const read = readCard(typed, new Date(context.now() * 1000));
  if ("mistakes" in read) return { ...cardForm(open, typed, read.mistakes, null, context), status: 422 };
  return afterCard(open, form, addCard(open, read.card, typed.name, context), context);
}

function afterCard(
  open: OpenSession,
  form: Record<string, string>,
  saved: ReturnType<typeof addCard>,
  context: Context,
): PageAnswer {
  const typed = readTypedPayment(form);
  switch (saved.outcome) {
    case "saved":
      return finish(open, "payment_method_update", "card");
    case "authenticate":
      return { body: authenticationPage({ address: addressOf(open), amount: null, typed }) };
    case "declined": {
      const alert = `${saved.message} The card was not saved. Try another one.`;
      return { ...cardForm(open, typed, {}, alert, context), status: 402 };
    }
  }
}

/** Where a deep link leads when its one thing is done; everything else leads to the first page. */
function finish(open: OpenSession, type: string, what: string): PageAnswer {
  if (open.flow?.type !== type) return done(open, what);
  const { after_completion: after } = open.flow;
  if (after.type === "redirect" && after.redirect) return redirect(after.redirect.return_url);
  if (after.type === "hosted_confirmation") {
    const text = after.hosted_confirmation?.custom_message ?? "You may close this page.";
    const link = open.session.return_url ? { href: open.session.return_url, label: "Back" } : undefined;
    return { body: noticePage(DONE[what] ?? "Done", text, link) };
  }
  return done(open, what);
}

const done = (open: OpenSession, what: string): PageAnswer => redirect(`${addressOf(open)}?home=&done=${what}`);
const redirect = (location: string): PageAnswer => ({ status: 303, headers: { location }, body: "" });
