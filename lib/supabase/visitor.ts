import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import { env } from "@/lib/env";
import type { Database } from "./database.types";
import { withoutRealtime } from "./options";

/**
 * A client that acts for nobody in particular and leaves no cookie: to ask for mail, or to try a password.
 * @throws EnvError when Supabase is not configured
 */
export function visitorClient(): SupabaseClient<Database> {
  return createClient<Database>(env().SUPABASE_URL, env().SUPABASE_PUBLISHABLE_KEY, {
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false, flowType: "implicit" },
    realtime: withoutRealtime,
  });
}
