import { type Resource, route } from "../core/resource.ts";
import { listOf, v2Page } from "./pages.ts";

const PATH = "/v2/core/events";

/** The thin events of the last 30 days, with their data. */
export const thinEvents: Resource = {
  routes: [
    route<{ limit?: unknown; page?: unknown; object_id?: string; types?: unknown }>({
      method: "GET",
      path: PATH,
      handle({ params }, { store }) {
        const types = listOf(params.types);
        const rows = store
          .objects("v2.core.event")
          .list(
            ({ type, related_object: related }) =>
              (types.length === 0 || types.includes(type)) && (!params.object_id || related?.id === params.object_id),
          );
        return v2Page(PATH, params, rows);
      },
    }),
    {
      method: "GET",
      path: `${PATH}/:event`,
      handle: ({ path }, context) => context.find("v2.core.event", path.event ?? ""),
    },
  ],
};
