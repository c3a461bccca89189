import type Stripe from "stripe";
import { secretsOf } from "../core/deliveries.ts";
import { invalid, missingParam } from "../core/error.ts";
import { letters, newSigningSecret } from "../core/id.ts";
import { mergeMetadata } from "../core/metadata.ts";
import type { Objects, Params } from "../core/objects.ts";
import { type Context, leftOut, type Resource, route } from "../core/resource.ts";
import { recordThinEvent } from "../core/thin-events.ts";
import { checkUrl } from "../resources/webhook-endpoints.ts";
import { listOf, v2Page } from "./pages.ts";

type Destination = Objects["v2.core.event_destination"];
type Create = Params<Stripe.V2.Core.EventDestinationCreateParams>;
type Update = Params<Stripe.V2.Core.EventDestinationUpdateParams>;

const PATH = "/v2/core/event_destinations";
const MADE_HERE = ["v1.billing.meter.error_report_triggered", "v1.billing.meter.no_meter_found"];

/** Where thin events go. Each destination has a secret of its own, told once, when it is made. */
export const eventDestinations: Resource = {
  routes: [
    route<Create>({
      method: "POST",
      path: PATH,
      params: "V2.Core.EventDestinationCreateParams",
      handle({ params }, context) {
        leftOut(params, ["amazon_eventbridge", "azure_event_grid", "events_from", "snapshot_api_version"]);
        if (params.type !== "webhook_endpoint") throw onlyHere("webhook endpoints", "type");
        if (params.event_payload !== "thin")
          throw onlyHere("thin events; snapshots have /v1/webhook_endpoints", "event_payload");
        if (!params.webhook_endpoint) throw missingParam("webhook_endpoint");
        const { url } = params.webhook_endpoint;
        checkUrl(url, "webhook_endpoint.url");
        const secret = newSigningSecret();
        const destination = context.save(
          context.build("v2.core.event_destination", {
            id: `ed_test_${letters(28)}`,
            created: written(context),
            description: params.description ?? "",
            enabled_events: checkedEvents(params.enabled_events),
            event_payload: "thin",
            metadata: mergeMetadata({}, params.metadata),
            name: params.name,
            status: "enabled",
            type: "webhook_endpoint",
            updated: written(context),
            webhook_endpoint: { url },
          }),
        );
        secretsOf(context.store).put({ id: destination.id, secrets: [{ secret, until: null }] });
        return shown(destination, params.include, secret);
      },
    }),
    route<{ include?: unknown; limit?: unknown; page?: unknown }>({
      method: "GET",
      path: PATH,
      handle({ params }, { store }) {
        const rows = store.objects("v2.core.event_destination").list();
        return v2Page(
          PATH,
          params,
          rows.map((row) => shown(row, listOf(params.include))),
        );
      },
    }),
    route<{ include?: unknown }>({
      method: "GET",
      path: `${PATH}/:destination`,
      handle: ({ params, path }, context) => shown(find(path, context), listOf(params.include)),
    }),
    route<Update>({
      method: "POST",
      path: `${PATH}/:destination`,
      params: "V2.Core.EventDestinationUpdateParams",
      handle({ params, path }, context) {
        const before = find(path, context);
        const { url } = params.webhook_endpoint ?? {};
        if (url !== undefined) checkUrl(url, "webhook_endpoint.url");
        const after = context.save<Destination>({
          ...before,
          description: params.description ?? before.description,
          enabled_events: params.enabled_events ? checkedEvents(params.enabled_events) : before.enabled_events,
          metadata: mergeMetadata(before.metadata ?? {}, params.metadata),
          name: params.name ?? before.name,
          updated: written(context),
          ...(url !== undefined && { webhook_endpoint: { url } }),
        });
        return shown(after, params.include);
      },
    }),
    {
      method: "DELETE",
      path: `${PATH}/:destination`,
      handle({ path }, context) {
        const { id } = find(path, context);
        context.store.objects("v2.core.event_destination").delete(id);
        secretsOf(context.store).delete(id);
        return { id, object: "v2.core.event_destination" };
      },
    },
    {
      method: "POST",
      path: `${PATH}/:destination/disable`,
      handle: ({ path }, context) => turn(find(path, context), "disabled", context),
    },
    {
      method: "POST",
      path: `${PATH}/:destination/enable`,
      handle: ({ path }, context) => turn(find(path, context), "enabled", context),
    },
    {
      method: "POST",
      path: `${PATH}/:destination/ping`,
      handle({ path }, context) {
        const { id } = find(path, context);
        const relatedObject = { id, type: "v2.core.event_destination", url: `${PATH}/${id}` };
        return recordThinEvent(context, "v2.core.event_destination.ping", { relatedObject, destination: id });
      },
    },
  ],
};

const find = ({ destination = "" }: Record<string, string>, context: Context): Destination =>
  context.find("v2.core.event_destination", destination);
const written = (context: Context): string => new Date(context.now() * 1000).toISOString();
const onlyHere = (what: string, param: string) => invalid(`The local Stripe double knows ${what} only.`, param);

/** The address shows when it is asked for, the secret besides only in the answer that made it. */
function shown(
  { webhook_endpoint, ...rest }: Destination,
  include: readonly string[] = [],
  secret?: string,
): Destination {
  const withUrl = include.includes("webhook_endpoint.url");
  const withSecret = secret !== undefined && include.includes("webhook_endpoint.signing_secret");
  if (!withUrl && !withSecret) return rest;
  return {
    ...rest,
    webhook_endpoint: {
      ...(withUrl && { url: webhook_endpoint?.url }),
      ...(withSecret && { signing_secret: secret }),
    },
  };
}

function checkedEvents(events: readonly string[]): string[] {
  if (events.length === 0) throw missingParam("enabled_events");
  const other = events.find((name) => !MADE_HERE.includes(name));
  if (other) throw onlyHere(`the thin events ${MADE_HERE.join(" and ")}, not ${other}`, "enabled_events");
  return [...events];
}

function turn(before: Destination, status: "enabled" | "disabled", context: Context): Destination {
  const details = status === "disabled" ? { disabled: { reason: "user" as const } } : undefined;
  const { status_details: _, ...rest } = before;
  const after = { ...rest, status, updated: written(context), ...(details && { status_details: details }) };
  return shown(context.save<Destination>(after));
}
