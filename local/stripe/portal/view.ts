import type { Context } from "../core/resource.ts";
import type { PortalView } from "../pages/portal-page.ts";
import { writeDay, writeInterval, writeMoney } from "../pages/wording.ts";
import { taxIdsOf } from "../resources/tax-ids.ts";
import { liveSubscriptions } from "./acts.ts";
import type { OpenSession } from "./sessions.ts";

type Shown = Pick<PortalView, "alert" | "done">;

/** What the portal's first page shows of a customer, in words. */
export function portalView(open: OpenSession, shown: Shown, context: Context): PortalView {
  const { configuration, session, token } = open;
  const { features, business_profile: profile } = configuration;
  const customer = context.find("customer", open.customer.id);
  const { address } = customer;
  const place = address && [address.line1, address.line2, address.postal_code, address.city, address.country];
  return {
    address: `/p/session/${token}`,
    title: profile.headline ?? "Your billing",
    who: customer.name ?? customer.email ?? customer.id,
    returnUrl: session.return_url,
    plans: plansOf(open, context),
    cards: features.payment_method_update.enabled ? cardsOf(open, context) : null,
    details: {
      rows: [
        { label: "Name", value: customer.name ?? "" },
        { label: "Email", value: customer.email ?? "" },
        { label: "Phone", value: customer.phone ?? "" },
        { label: "Address", value: (place ?? []).filter(Boolean).join(", ") },
      ].filter(({ value }) => value !== ""),
      mayEdit: features.customer_update.enabled,
    },
    taxIds: taxIdsOf(customer.id, context).map(({ id, type, value, verification }) => ({
      id,
      label: `${type.replace("_", " ").toUpperCase()} ${value}`,
      state: verification?.status ?? "unavailable",
    })),
    mayEditTaxIds: features.customer_update.enabled && features.customer_update.allowed_updates.includes("tax_id"),
    invoices: features.invoice_history.enabled ? invoicesOf(customer.id, context) : null,
    links: [
      ...(profile.terms_of_service_url ? [{ label: "Terms of service", href: profile.terms_of_service_url }] : []),
      ...(profile.privacy_policy_url ? [{ label: "Privacy policy", href: profile.privacy_policy_url }] : []),
    ],
    ...shown,
  };
}

function plansOf(open: OpenSession, context: Context): PortalView["plans"] {
  const mayCancel = open.configuration.features.subscription_cancel.enabled;
  return liveSubscriptions(open.customer.id, context).map((subscription) => {
    const ends = subscription.items.data.map((item) => item.current_period_end);
    const items = subscription.items.data.map(({ price, quantity }) => {
      const product = context.store.objects("product").get(String(price.product))?.name ?? price.id;
      const each = price.recurring ? writeInterval(price.recurring.interval, price.recurring.interval_count) : "";
      if (price.recurring?.usage_type === "metered") return `${product}: by use, each ${each}`;
      return `${product}: ${writeMoney((price.unit_amount ?? 0) * (quantity ?? 1), price.currency)} each ${each}`;
    });
    const isEnding = subscription.cancel_at !== null;
    return {
      id: subscription.id,
      items,
      state: isEnding
        ? `Ends on ${writeDay(subscription.cancel_at ?? 0)}`
        : subscription.status === "trialing"
          ? `Trial until ${writeDay(subscription.trial_end ?? 0)}`
          : subscription.status === "active"
            ? `Renews on ${writeDay(Math.min(...ends))}`
            : `Payment is due (${subscription.status.replace("_", " ")})`,
      act: mayCancel ? (isEnding ? "resume" : "cancel") : null,
    };
  });
}

function cardsOf({ customer: { id } }: OpenSession, context: Context): NonNullable<PortalView["cards"]> {
  const standard = context.find("customer", id).invoice_settings.default_payment_method;
  return context.store
    .objects("payment_method")
    .list((row) => row.customer === id)
    .reverse()
    .map(({ id: method, card, sepa_debit: debit }) => ({
      id: method,
      label: card ? `${card.brand} ending in ${card.last4}` : `Bank account ending in ${debit?.last4 ?? ""}`,
      expires: card ? `${String(card.exp_month).padStart(2, "0")} / ${card.exp_year}` : null,
      isDefault: method === standard,
    }));
}

function invoicesOf(customer: string, { store }: Context): NonNullable<PortalView["invoices"]> {
  return store
    .objects("invoice")
    .list((row) => row.customer === customer && row.status !== "draft")
    .reverse()
    .slice(0, 24)
    .map((row) => ({
      number: row.number ?? "",
      date: writeDay(row.status_transitions.finalized_at ?? row.created),
      amount: writeMoney(row.total, row.currency),
      status: row.status ?? "",
      href: row.hosted_invoice_url ?? null,
      pdf: row.invoice_pdf ?? null,
    }));
}
