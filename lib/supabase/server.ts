import { createServerClient } from "@supabase/ssr";
import type { SupabaseClient } from "@supabase/supabase-js";
import { cookies } from "next/headers";
import { env } from "@/lib/env";
import type { Database } from "./database.types";
import { sessionCookie, withoutRealtime } from "./options";

/**
 * A client that acts as the signed-in person of this request, under row level security.
 * @throws EnvError when Supabase is not configured
 */
export async function userClient(): Promise<SupabaseClient<Database>> {
  const jar = await cookies();
  return createServerClient<Database>(env().SUPABASE_URL, env().SUPABASE_PUBLISHABLE_KEY, {
    realtime: withoutRealtime,
    cookieOptions: sessionCookie(),
    cookies: {
      getAll: () => jar.getAll(),
      setAll: (changed) => {
        try {
          for (const { name, value, options } of changed) jar.set(name, value, options);
        } catch (error) {
          // A page that renders cannot set cookies; the proxy has refreshed them before it.
          if (!(error instanceof Error && error.message.includes("Cookies can only be modified"))) throw error;
        }
      },
    },
  });
}
