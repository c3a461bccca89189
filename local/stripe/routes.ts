import type { Resource } from "./core/resource.ts";

/** Everything the double answers. A new folder of resources is one line here. */
export const resources: Resource[] = [];
