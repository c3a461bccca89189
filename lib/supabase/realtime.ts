/** Node 20 has no WebSocket, and supabase-js refuses to start without one. This app never subscribes to changes. */
class NoWebSocket {
  constructor() {
    throw new Error("This app opens no realtime connection.");
  }
}

/** The `realtime` option of every Supabase client of this app. */
export const withoutRealtime = { transport: NoWebSocket as unknown as typeof WebSocket };
