import type Stripe from "stripe";
import { invalid } from "../core/error.ts";
import { page } from "../core/list.ts";
import { mergeMetadata } from "../core/metadata.ts";
import type { Params } from "../core/objects.ts";
import { type Context, type Resource, route } from "../core/resource.ts";
import { type Configuration, changeFeatures, nothingAllowed } from "./configuration-rules.ts";

type Create = Params<Stripe.BillingPortal.ConfigurationCreateParams>;
type Update = Params<Stripe.BillingPortal.ConfigurationUpdateParams>;

const PATH = "/v1/billing_portal/configurations";

/** What customers may do in the portal. The API makes no default one: a founder saves that in the Dashboard. */
export const portalConfigurations: Resource = {
  routes: [
    route<Create>({
      method: "POST",
      path: PATH,
      params: "BillingPortal.ConfigurationCreateParams",
      handle({ params }, context) {
        const made = change(emptyConfiguration(context), params, context);
        context.save(made);
        context.emit("billing_portal.configuration.created", made);
        return made;
      },
    }),
    route<Params<Stripe.BillingPortal.ConfigurationListParams>>({
      method: "GET",
      path: PATH,
      params: "BillingPortal.ConfigurationListParams",
      handle(request, { store }) {
        const { active, is_default } = request.params;
        const rows = store
          .objects("billing_portal.configuration")
          .list(
            (row) =>
              (active === undefined || row.active === active) &&
              (is_default === undefined || row.is_default === is_default),
          );
        return page(request, PATH, rows);
      },
    }),
    {
      method: "GET",
      path: `${PATH}/:configuration`,
      params: "BillingPortal.ConfigurationRetrieveParams",
      handle: ({ path }, context) => context.find("billing_portal.configuration", path.configuration ?? ""),
    },
    route<Update>({
      method: "POST",
      path: `${PATH}/:configuration`,
      params: "BillingPortal.ConfigurationUpdateParams",
      handle({ params, path }, context) {
        const before = context.find("billing_portal.configuration", path.configuration ?? "");
        if (params.active === false && before.is_default) {
          throw invalid("The default configuration cannot be deactivated.", "active");
        }
        return context.update("billing_portal.configuration.updated", change(before, params, context));
      },
    }),
  ],
  controls: [
    {
      method: "POST",
      path: "/_double/dashboard/portal-default",
      handle: ({ body }, context) => saveDefault(body.configuration, context),
    },
  ],
};

/** Saves the portal's settings as a founder does in the Dashboard: one configuration becomes the default. */
function saveDefault(id: unknown, context: Context): Configuration {
  const table = context.store.objects("billing_portal.configuration");
  const chosen =
    id === undefined
      ? change(emptyConfiguration(context), everything, context)
      : context.find("billing_portal.configuration", String(id));
  for (const former of table.list((row) => row.is_default && row.id !== chosen.id)) {
    context.save({ ...former, is_default: false });
  }
  return context.save({ ...chosen, is_default: true, active: true });
}

const everything: Update = {
  features: {
    customer_update: { enabled: true, allowed_updates: ["address", "email", "name", "tax_id"] },
    invoice_history: { enabled: true },
    payment_method_update: { enabled: true },
    subscription_cancel: { enabled: true },
  },
};

function emptyConfiguration(context: Context): Configuration {
  return context.build("billing_portal.configuration", {
    id: context.newId("bpc"),
    active: true,
    business_profile: { headline: null, privacy_policy_url: null, terms_of_service_url: null },
    features: nothingAllowed,
    is_default: false,
    login_page: { enabled: false, url: null },
    metadata: {},
    updated: context.now(),
  });
}

function change(before: Configuration, params: Create | Update, context: Context): Configuration {
  const { business_profile: profile, features, login_page, metadata, name, default_return_url } = params;
  if (login_page?.enabled) {
    throw invalid("The local Stripe double leaves out the parameter login_page[enabled].", "login_page[enabled]");
  }
  const text = (sent: string | null | undefined, former: string | null) => (sent === undefined ? former : sent || null);
  const url = (sent: string | null | undefined, former: string | null, param: string) => {
    if (sent && !URL.canParse(sent)) throw invalid(`Not a valid URL: ${sent}`, param, "url_invalid");
    return text(sent, former);
  };
  return {
    ...before,
    active: ("active" in params ? params.active : undefined) ?? before.active,
    business_profile: {
      headline: text(profile?.headline, before.business_profile.headline),
      privacy_policy_url: url(
        profile?.privacy_policy_url,
        before.business_profile.privacy_policy_url,
        "business_profile[privacy_policy_url]",
      ),
      terms_of_service_url: url(
        profile?.terms_of_service_url,
        before.business_profile.terms_of_service_url,
        "business_profile[terms_of_service_url]",
      ),
    },
    default_return_url: url(default_return_url, before.default_return_url, "default_return_url"),
    features: features ? changeFeatures(before.features, features, context) : before.features,
    metadata: mergeMetadata(before.metadata, metadata),
    name: text(name, before.name),
    updated: context.now(),
  };
}
