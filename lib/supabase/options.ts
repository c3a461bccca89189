import { env } from "@/lib/env";

/** Node 20 has no WebSocket, and supabase-js refuses to start without one. This app never subscribes to changes. */
class NoWebSocket {
  constructor() {
    throw new Error("This app opens no realtime connection.");
  }
}

/** The `realtime` option of every Supabase client of this app. */
export const withoutRealtime = { transport: NoWebSocket as unknown as typeof WebSocket };

/** How session cookies are set: out of reach of scripts, since no script of this app talks to Supabase. */
export function sessionCookie() {
  return { httpOnly: true, sameSite: "lax", secure: env().APP_URL.startsWith("https:"), path: "/" } as const;
}
