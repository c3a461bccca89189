import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import { env } from "@/lib/env";
import type { Database } from "./database.types";
import { withoutRealtime } from "./options";

let last: { url: string; key: string; client: SupabaseClient<Database> } | undefined;

/**
 * The client of the service itself: secret key, `service_role`, past row level security. It acts for nobody; check who asks first.
 * @throws EnvError when Supabase is not configured; Error in a browser
 */
export function adminClient(): SupabaseClient<Database> {
  if (typeof window !== "undefined") throw new Error("The secret key stays on the server.");
  const { SUPABASE_URL: url, SUPABASE_SECRET_KEY: key } = env();
  if (last?.url !== url || last.key !== key) {
    const client = createClient<Database>(url, key, {
      auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
      realtime: withoutRealtime,
    });
    last = { url, key, client };
  }
  return last.client;
}
