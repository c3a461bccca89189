import { env } from "@/lib/env";

/** Browsers say where a POST comes from; only our own pages may open Stripe's in a person's name. */
export function isSameOrigin(request: Request): boolean {
  const origin = request.headers.get("origin");
  if (origin === null) return request.headers.get("sec-fetch-site") === "same-origin";
  return origin === new URL(env().APP_URL).origin;
}
