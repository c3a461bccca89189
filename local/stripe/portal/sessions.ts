import type Stripe from "stripe";
import { invalid, missingParam } from "../core/error.ts";
import { letters } from "../core/id.ts";
import type { Objects, Params } from "../core/objects.ts";
import { type Context, leftOut, type Resource, route } from "../core/resource.ts";
import type { Configuration } from "./configuration-rules.ts";
import { type Flow, flowOf } from "./flow.ts";

const UNUSED_SECONDS = 5 * 60;
const IDLE_SECONDS = 60 * 60;

/** A visit to the portal: whoever has its address is let in, until it expires. */
export interface Visit {
  /** the secret part of the address */
  id: string;
  session: string;
  createdAt: number;
  lastSeenAt: number | null;
}

const visits = (context: Context) => context.store.hidden<Visit>("_portal_visit");

export const portalSessions: Resource = {
  routes: [
    route<Params<Stripe.BillingPortal.SessionCreateParams>>({
      method: "POST",
      path: "/v1/billing_portal/sessions",
      params: "BillingPortal.SessionCreateParams",
      handle({ params }, context) {
        leftOut(params, ["customer_account", "on_behalf_of", "after_expiration"]);
        if (!params.customer) throw missingParam("customer");
        const customer = context.find("customer", params.customer, "customer");
        const configuration = configurationFor(params.configuration, context);
        const returnUrl = params.return_url ?? configuration.default_return_url;
        if (params.return_url && !URL.canParse(params.return_url)) {
          throw invalid(`Not a valid URL: ${params.return_url}`, "return_url", "url_invalid");
        }
        const flow = params.flow_data ? flowOf(params.flow_data, customer.id, configuration, context) : null;
        const token = `test_${letters(40)}`;
        const session = context.build("billing_portal.session", {
          id: context.newId("bps"),
          configuration: configuration.id,
          customer: customer.id,
          flow,
          locale: params.locale ?? null,
          return_url: returnUrl,
          url: `${context.baseUrl}/p/session/${token}`,
        });
        context.save(session);
        visits(context).put({ id: token, session: session.id, createdAt: context.now(), lastSeenAt: null });
        context.emit("billing_portal.session.created", session);
        return session;
      },
    }),
  ],
};

/** A session whose page is being looked at. */
export interface OpenSession {
  token: string;
  session: Objects["billing_portal.session"];
  configuration: Configuration;
  customer: Objects["customer"];
  flow: Flow | null;
}

/**
 * Lets a browser in. An address that was not used for five minutes is over, as is one that nobody touched for an hour.
 * @returns null for an address that never was
 */
export function openSession(token: string, context: Context): OpenSession | { expired: string | null } | null {
  const visit = visits(context).get(token);
  if (!visit) return null;
  const session = context.find("billing_portal.session", visit.session);
  const until = visit.lastSeenAt === null ? visit.createdAt + UNUSED_SECONDS : visit.lastSeenAt + IDLE_SECONDS;
  const customer = context.store.objects("customer").get(session.customer);
  if (context.now() > until || !customer) return { expired: session.return_url };
  visits(context).put({ ...visit, lastSeenAt: context.now() });
  const configuration = context.find("billing_portal.configuration", session.configuration);
  return { token, session, configuration, customer, flow: session.flow };
}

/** @throws 400 when none is named and no default was saved, or the one named is not active */
function configurationFor(id: string | undefined, context: Context): Configuration {
  if (id === undefined) {
    const saved = context.store.objects("billing_portal.configuration").find((row) => row.is_default);
    if (saved) return saved;
    throw invalid(
      "No configuration provided and your test mode default configuration has not been created. Provide a configuration or create your default by saving your customer portal settings in test mode at https://dashboard.stripe.com/test/settings/billing/portal.",
    );
  }
  const configuration = context.find("billing_portal.configuration", id, "configuration");
  if (!configuration.active) throw invalid(`The configuration ${id} is not active.`, "configuration");
  return configuration;
}
