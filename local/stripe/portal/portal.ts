import type { Resource } from "../core/resource.ts";
import { portalConfigurations } from "./configurations.ts";
import { portalPages } from "./pages.ts";
import { portalSessions } from "./sessions.ts";

/** The billing portal: configurations, sessions and the pages people see. */
export const portal: Resource = {
  routes: [...(portalConfigurations.routes ?? []), ...(portalSessions.routes ?? [])],
  controls: portalConfigurations.controls,
  pages: portalPages,
};
