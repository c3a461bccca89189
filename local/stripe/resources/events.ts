import type Stripe from "stripe";
import { page } from "../core/list.ts";
import type { Params } from "../core/objects.ts";
import { type Resource, route } from "../core/resource.ts";

export const events: Resource = {
  routes: [
    route<Params<Stripe.EventListParams>>({
      method: "GET",
      path: "/v1/events",
      params: "EventListParams",
      handle(request, { store }) {
        const { type, types, delivery_success } = request.params;
        const fits = (name: string, wanted: string) =>
          wanted.endsWith("*") ? name.startsWith(wanted.slice(0, -1)) : name === wanted;
        const list = store
          .objects("event")
          .list(
            (row) =>
              (!type || fits(row.type, type)) &&
              (!types || types.some((wanted) => fits(row.type, wanted))) &&
              (delivery_success === undefined || (row.pending_webhooks === 0) === delivery_success),
          );
        return page(request, "/v1/events", list);
      },
    }),
    {
      method: "GET",
      path: "/v1/events/:event",
      params: "EventRetrieveParams",
      handle: ({ path }, context) => context.find("event", path.event ?? ""),
    },
  ],
};
