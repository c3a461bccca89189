import type Stripe from "stripe";
import { secretsOf } from "../core/deliveries.ts";
import { invalid, noSuch } from "../core/error.ts";
import { newSigningSecret } from "../core/id.ts";
import { pageOf } from "../core/list.ts";
import { mergeMetadata } from "../core/metadata.ts";
import type { Params } from "../core/objects.ts";
import { type Context, leftOut, type Resource, route } from "../core/resource.ts";
import { API_VERSION } from "../core/version.ts";

const ROLLING_SECONDS = 86_400;

export const webhookEndpoints: Resource = {
  routes: [
    route<Params<Stripe.WebhookEndpointCreateParams>>({
      method: "POST",
      path: "/v1/webhook_endpoints",
      params: "WebhookEndpointCreateParams",
      handle({ params }, context) {
        leftOut(params, ["connect"]);
        checkUrl(params.url);
        if (params.enabled_events.length === 0) throw invalid("Choose at least one event.", "enabled_events");
        if (params.api_version && params.api_version !== API_VERSION) {
          throw invalid(`The local Stripe double speaks ${API_VERSION} only.`, "api_version");
        }
        const secret = newSigningSecret();
        const endpoint = context.build("webhook_endpoint", {
          id: context.newId("we"),
          api_version: params.api_version ?? null,
          description: params.description || null,
          enabled_events: params.enabled_events,
          metadata: mergeMetadata({}, params.metadata),
          status: "enabled",
          url: params.url,
        });
        context.save(endpoint);
        secretsOf(context.store).put({ id: endpoint.id, secrets: [{ secret, until: null }] });
        return { ...endpoint, secret };
      },
    }),
    {
      method: "GET",
      path: "/v1/webhook_endpoints",
      params: "WebhookEndpointListParams",
      handle: (request, { store }) => pageOf(request, "/v1/webhook_endpoints", store.objects("webhook_endpoint")),
    },
    {
      method: "GET",
      path: "/v1/webhook_endpoints/:endpoint",
      params: "WebhookEndpointRetrieveParams",
      handle: ({ path }, context) => context.find("webhook_endpoint", path.endpoint ?? ""),
    },
    route<Params<Stripe.WebhookEndpointUpdateParams>>({
      method: "POST",
      path: "/v1/webhook_endpoints/:endpoint",
      params: "WebhookEndpointUpdateParams",
      handle({ params, path }, context) {
        const endpoint = context.find("webhook_endpoint", path.endpoint ?? "");
        if (params.url !== undefined) checkUrl(params.url);
        const status = params.disabled ? "disabled" : "enabled";
        return context.save({
          ...endpoint,
          description: params.description === undefined ? endpoint.description : params.description || null,
          enabled_events: params.enabled_events ?? endpoint.enabled_events,
          metadata: mergeMetadata(endpoint.metadata, params.metadata),
          status: params.disabled === undefined ? endpoint.status : status,
          url: params.url ?? endpoint.url,
        });
      },
    }),
    {
      method: "DELETE",
      path: "/v1/webhook_endpoints/:endpoint",
      params: "WebhookEndpointDeleteParams",
      handle({ path }, context) {
        const { id } = context.find("webhook_endpoint", path.endpoint ?? "");
        context.store.objects("webhook_endpoint").delete(id);
        secretsOf(context.store).delete(id);
        return { id, object: "webhook_endpoint", deleted: true };
      },
    },
  ],
  controls: [
    {
      method: "POST",
      path: "/_double/dashboard/disable-webhook",
      handle: ({ body }, context) => setEndpoints(context, body.endpoint, "disabled"),
    },
    {
      method: "POST",
      path: "/_double/dashboard/enable-webhook",
      handle: ({ body }, context) => setEndpoints(context, body.endpoint, "enabled"),
    },
    {
      method: "POST",
      path: "/_double/webhook-endpoints/:endpoint/roll-secret",
      handle({ path, body }, context) {
        const id = path.endpoint ?? "";
        const kept = secretsOf(context.store).get(id)?.secrets ?? [];
        if (kept.length === 0) throw noSuch("webhook endpoint", id);
        const until = context.now() + (typeof body.keepSeconds === "number" ? body.keepSeconds : ROLLING_SECONDS);
        const rolling = kept.map((entry) => ({ ...entry, until: entry.until ?? until }));
        const secret = newSigningSecret();
        secretsOf(context.store).put({ id, secrets: [{ secret, until: null }, ...rolling] });
        return { secret };
      },
    },
  ],
};

/** Turns one endpoint off or on, or all of them: Stripe does the former to one that failed for days. */
function setEndpoints(context: Context, id: unknown, status: "enabled" | "disabled"): object {
  const table = context.store.objects("webhook_endpoint");
  const endpoints = typeof id === "string" ? [context.find("webhook_endpoint", id, "endpoint")] : table.list();
  return { endpoints: endpoints.map((endpoint) => context.save({ ...endpoint, status })) };
}

/** @throws 400 url_invalid */
export function checkUrl(url: string, param = "url"): void {
  const isUrl = URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
  if (!isUrl) throw invalid(`Invalid URL: ${url}`, param, "url_invalid");
}
