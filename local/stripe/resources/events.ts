import type Stripe from "stripe";
import { invalid, noSuch } from "../core/error.ts";
import { pageOf } from "../core/list.ts";
import type { Params } from "../core/objects.ts";
import { type Resource, route } from "../core/resource.ts";

const KEPT_SECONDS = 30 * 86_400;
const MOST_TYPES = 20;

/** Events of the last thirty days; what is older is delivered if it must, and shown no more. */
export const events: Resource = {
  routes: [
    route<Params<Stripe.EventListParams>>({
      method: "GET",
      path: "/v1/events",
      params: "EventListParams",
      handle(request, context) {
        const { type, types, delivery_success: delivered } = request.params;
        if (type && types) throw invalid("You may only specify one of these parameters: type, types.", "types");
        if (types && types.length > MOST_TYPES)
          throw invalid(`You may name at most ${MOST_TYPES} events.`, "types", "parameter_invalid_array");
        const oldest = context.now() - KEPT_SECONDS;
        return pageOf(request, "/v1/events", context.store.objects("event"), (row) => {
          const isNamed = (!type || fits(row.type, type)) && (!types || types.includes(row.type));
          const isAsked = delivered === undefined || (row.pending_webhooks === 0) === delivered;
          return row.created >= oldest && isNamed && isAsked;
        });
      },
    }),
    {
      method: "GET",
      path: "/v1/events/:event",
      params: "EventRetrieveParams",
      handle({ path }, context) {
        const event = context.find("event", path.event ?? "");
        if (event.created < context.now() - KEPT_SECONDS) throw noSuch("event", event.id);
        return event;
      },
    },
  ],
};

const fits = (name: string, wanted: string): boolean =>
  wanted.endsWith("*") ? name.startsWith(wanted.slice(0, -1)) : name === wanted;
