/** The one version of Stripe's API the double speaks; stripe-node 23.1.0 is pinned to it. */
export const API_VERSION = "2026-10-28.endive";
