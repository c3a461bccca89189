import type Stripe from "stripe";
import { noSuch } from "../core/error.ts";
import { letters } from "../core/id.ts";
import { page, pageOf, wholeList } from "../core/list.ts";
import { mergeMetadata } from "../core/metadata.ts";
import type { Objects, Params } from "../core/objects.ts";
import { type Context, leftOut, type Resource, route } from "../core/resource.ts";
import { addressOf, shippingOf } from "./address.ts";
import { attach, forget, methodFor } from "./payment-method-rules.ts";
import { addTaxId, taxIdsOf } from "./tax-ids.ts";

type Customer = Objects["customer"];
type Create = Params<Stripe.CustomerCreateParams>;
type Update = Params<Stripe.CustomerUpdateParams>;

export const customers: Resource = {
  routes: [
    route<Create>({
      method: "POST",
      path: "/v1/customers",
      params: "CustomerCreateParams",
      handle({ params }, context) {
        leftOut(params, ["source", "cash_balance"]);
        const { payment_method, invoice_settings } = params;
        const method = payment_method ? methodFor(context, payment_method) : undefined;
        // The same test token twice is one card.
        const isDefault = method && invoice_settings?.default_payment_method === payment_method;
        const customer = change(
          context.build("customer", {
            id: context.newId("cus"),
            address: null,
            currency: null,
            delinquent: false,
            discount: null,
            invoice_prefix: letters(8).toUpperCase(),
            name: null,
            next_invoice_sequence: 1,
            phone: null,
            preferred_locales: [],
            tax_exempt: "none",
            test_clock: params.test_clock ?? null,
          }),
          isDefault ? { ...params, invoice_settings: { ...invoice_settings, default_payment_method: "" } } : params,
          context,
        );
        if (isDefault) customer.invoice_settings.default_payment_method = method.id;
        context.save(customer);
        context.emit("customer.created", customer);
        if (method) attach(context, method.id, customer.id);
        for (const taxId of params.tax_id_data ?? []) addTaxId(customer.id, taxId, context);
        return customer;
      },
    }),
    route<Params<Stripe.CustomerListParams>>({
      method: "GET",
      path: "/v1/customers",
      params: "CustomerListParams",
      handle(request, { store }) {
        const { email, test_clock: clock } = request.params;
        return pageOf(request, "/v1/customers", store.objects("customer"), (customer) => {
          return (email === undefined || customer.email === email) && (!clock || customer.test_clock === clock);
        });
      },
    }),
    {
      method: "GET",
      path: "/v1/customers/:customer",
      params: "CustomerRetrieveParams",
      handle: ({ path }, context) => find(context, path.customer ?? ""),
    },
    route<Update>({
      method: "POST",
      path: "/v1/customers/:customer",
      params: "CustomerUpdateParams",
      handle({ params, path }, context) {
        leftOut(params, ["source", "default_source", "cash_balance"]);
        const customer = context.find("customer", path.customer ?? "");
        return context.update("customer.updated", change(customer, params, context));
      },
    }),
    {
      method: "DELETE",
      path: "/v1/customers/:customer",
      params: "CustomerDeleteParams",
      handle: ({ path }, context) => deleteCustomer(context, path.customer ?? ""),
    },
    route<Params<Stripe.CustomerListPaymentMethodsParams>>({
      method: "GET",
      path: "/v1/customers/:customer/payment_methods",
      params: "CustomerListPaymentMethodsParams",
      handle(request, context) {
        const { id } = context.find("customer", request.path.customer ?? "");
        const { type } = request.params;
        const list = context.store
          .objects("payment_method")
          .list((method) => method.customer === id && (type === undefined || method.type === type));
        return page(request, `/v1/customers/${id}/payment_methods`, list);
      },
    }),
    {
      method: "GET",
      path: "/v1/customers/:customer/payment_methods/:method",
      params: "CustomerRetrievePaymentMethodParams",
      handle({ path }, context) {
        const method = context.find("payment_method", path.method ?? "");
        if (method.customer !== path.customer) throw noSuch("payment_method", method.id);
        return method;
      },
    },
  ],
  controls: [
    {
      method: "POST",
      path: "/_double/dashboard/delete-customer",
      handle: ({ body }, context) => deleteCustomer(context, String(body.customer)),
    },
  ],
  expansions: {
    "customer.subscriptions": ({ id }, { store }) =>
      wholeList(
        `/v1/customers/${id}/subscriptions`,
        store
          .objects("subscription")
          .list((row) => row.customer === id && row.status !== "canceled")
          .reverse(),
      ),
    "customer.tax_ids": ({ id }, context) => wholeList(`/v1/customers/${id}/tax_ids`, taxIdsOf(id, context).reverse()),
    "customer.sources": ({ id }) => wholeList(`/v1/customers/${id}/sources`, []),
  },
};

/** The customer, or what is left of it: Stripe goes on answering for a deleted one. */
function find(context: Context, id: string): object {
  const deleted = context.store.hidden<{ id: string }>("_deleted_customer").get(id);
  return deleted ? { id, object: "customer", deleted: true } : context.find("customer", id);
}

/**
 * Deletes a customer: its live subscriptions end at once and nothing of its invoices is collected any more, which
 * listeners of `customer.deleted` see to.
 */
export function deleteCustomer(context: Context, id: string): object {
  const customer = context.find("customer", id);
  context.emit("customer.deleted", customer);
  for (const method of context.store.objects("payment_method").list((row) => row.customer === id)) {
    forget(context, method.id);
    context.update("payment_method.detached", { ...method, customer: null });
  }
  context.store.objects("customer").delete(id);
  context.store.hidden<{ id: string }>("_deleted_customer").put({ id });
  return { id, object: "customer", deleted: true };
}

function change(customer: Customer, params: Create & Update, context: Context): Customer {
  const text = (value: string | null | undefined, before: string | null | undefined) =>
    value === undefined ? (before ?? null) : value || null;
  const { invoice_settings: settings, tax } = params;
  const changed: Customer = {
    ...customer,
    address: params.address === undefined ? customer.address : addressOf(params.address),
    shipping: params.shipping === undefined ? customer.shipping : shippingOf(params.shipping),
    description: text(params.description, customer.description),
    email: text(params.email, customer.email),
    name: text(params.name, customer.name),
    phone: text(params.phone, customer.phone),
    balance: params.balance ?? customer.balance,
    preferred_locales: params.preferred_locales ?? customer.preferred_locales,
    tax_exempt: params.tax_exempt || customer.tax_exempt,
    invoice_prefix: params.invoice_prefix ?? customer.invoice_prefix,
    next_invoice_sequence: params.next_invoice_sequence ?? customer.next_invoice_sequence,
    metadata: mergeMetadata(customer.metadata, params.metadata),
  };
  if (params.business_name !== undefined) changed.business_name = params.business_name ?? "";
  if (params.individual_name !== undefined) changed.individual_name = params.individual_name ?? "";
  if (tax) changed.tax = { automatic_tax: "supported", ip_address: tax.ip_address || null, location: null } as never;
  if (settings?.default_payment_method !== undefined) {
    const id = settings.default_payment_method;
    const method = id ? context.find("payment_method", id, "invoice_settings[default_payment_method]") : undefined;
    if (method && method.customer !== customer.id) {
      throw noSuch("payment_method", method.id, "invoice_settings[default_payment_method]");
    }
    changed.invoice_settings = { ...customer.invoice_settings, default_payment_method: method?.id ?? null };
  }
  if (settings?.footer !== undefined) changed.invoice_settings.footer = settings.footer || null;
  if (settings?.custom_fields !== undefined) {
    changed.invoice_settings.custom_fields = settings.custom_fields || null;
  }
  return changed;
}
