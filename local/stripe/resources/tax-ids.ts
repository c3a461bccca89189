import type Stripe from "stripe";
import { invalid, noSuch } from "../core/error.ts";
import { page } from "../core/list.ts";
import type { Objects, Params } from "../core/objects.ts";
import { type Context, type Resource, route } from "../core/resource.ts";

type TaxId = Objects["tax_id"];
export interface SentTaxId {
  type: string;
  value: string;
}

const MOST_TAX_IDS = 5;
const VERIFICATION_SECONDS = 60;
/** The countries of the kinds that do not begin with their country. */
const COUNTRIES: Record<string, string> = { eu_oss_vat: "", eu_vat: "" };
const PATTERNS: Record<string, RegExp> = {
  eu_vat: /^(AT|BE|BG|CY|CZ|DE|DK|EE|EL|ES|FI|FR|HR|HU|IE|IT|LT|LU|LV|MT|NL|PL|PT|RO|SE|SI|SK|XI)[0-9A-Z]{2,13}$/,
  gb_vat: /^(GB)?(\d{9}|\d{12})$/,
  ch_vat: /^CHE-?\d{3}\.?\d{3}\.?\d{3}( ?(MWST|TVA|IVA))?$/,
  us_ein: /^\d{2}-?\d{7}$/,
  au_abn: /^\d{11}$/,
};

/** The tax ids of a customer. Those of the EU and of Great Britain are verified a minute later. */
export const taxIds: Resource = {
  routes: [
    route<Params<Stripe.CustomerCreateTaxIdParams>>({
      method: "POST",
      path: "/v1/customers/:customer/tax_ids",
      params: "CustomerCreateTaxIdParams",
      handle: ({ params, path }, context) =>
        addTaxId(context.find("customer", path.customer ?? "").id, params, context),
    }),
    route<Params<Stripe.CustomerListTaxIdsParams>>({
      method: "GET",
      path: "/v1/customers/:customer/tax_ids",
      params: "CustomerListTaxIdsParams",
      handle(request, context) {
        const { id } = context.find("customer", request.path.customer ?? "");
        return page(request, `/v1/customers/${id}/tax_ids`, taxIdsOf(id, context));
      },
    }),
    {
      method: "GET",
      path: "/v1/customers/:customer/tax_ids/:tax",
      params: "CustomerRetrieveTaxIdParams",
      handle: ({ path }, context) => ownTaxId(path.customer ?? "", path.tax ?? "", context),
    },
    {
      method: "DELETE",
      path: "/v1/customers/:customer/tax_ids/:tax",
      params: "CustomerDeleteTaxIdParams",
      handle: ({ path }, context) => removeTaxId(path.customer ?? "", path.tax ?? "", context),
    },
  ],
  tasks: {
    "tax_id.verify"({ tax_id }, context) {
      const found = context.store.objects("tax_id").get(String(tax_id));
      if (!found?.verification) return;
      const isUnverified = /1{9}$/.test(found.value);
      const status = isUnverified ? ("unverified" as const) : ("verified" as const);
      const verification = { ...found.verification, status, verified_name: isUnverified ? null : "Verified Test Name" };
      context.update("customer.tax_id.updated", { ...found, verification });
    },
  },
};

export function taxIdsOf(customer: string, { store }: Context): TaxId[] {
  return store.objects("tax_id").list((row) => row.customer === customer);
}

/**
 * Adds a tax id to a customer. Emits `customer.tax_id.created`.
 * @throws 400 tax_id_invalid for a value its kind cannot have, 400 for a sixth one
 */
export function addTaxId(customer: string, { type, value }: SentTaxId, context: Context): TaxId {
  const written = value.trim().toUpperCase();
  const pattern = PATTERNS[type];
  if (!written || (pattern && !pattern.test(written))) {
    throw invalid(`Invalid value for ${type}.`, "value", "tax_id_invalid");
  }
  if (taxIdsOf(customer, context).length >= MOST_TAX_IDS) {
    throw invalid(`A customer has at most ${MOST_TAX_IDS} tax ids.`);
  }
  const isVerified = type === "eu_vat" || type === "gb_vat";
  const country = COUNTRIES[type] === "" ? written.slice(0, 2).replace("EL", "GR") : type.slice(0, 2).toUpperCase();
  const made = context.save(
    context.build("tax_id", {
      id: context.newId("txi"),
      country,
      customer,
      owner: { customer, customer_account: null, type: "customer" },
      type: type as TaxId["type"],
      value: written,
      verification: {
        status: isVerified ? "pending" : "unavailable",
        verified_address: null,
        verified_name: null,
      },
    }),
  );
  context.emit("customer.tax_id.created", made);
  if (isVerified) context.schedule(context.now() + VERIFICATION_SECONDS, "tax_id.verify", { tax_id: made.id });
  return made;
}

/** Takes a tax id from a customer. Emits `customer.tax_id.deleted`. */
export function removeTaxId(customer: string, id: string, context: Context): object {
  const found = ownTaxId(customer, id, context);
  context.store.objects("tax_id").delete(id);
  context.emit("customer.tax_id.deleted", found);
  return { id, object: "tax_id", deleted: true };
}

function ownTaxId(customer: string, id: string, context: Context): TaxId {
  const found = context.find("tax_id", id);
  if (found.customer !== customer) throw noSuch("tax_id", id);
  return found;
}
