import { createServerClient } from "@supabase/ssr";
import type { NextRequest, NextResponse } from "next/server";
import { env } from "@/lib/env";
import { sessionCookie, withoutRealtime } from "./options";

/** Writes a refreshed session's cookies, and the headers that keep them out of caches, to a response. */
export type ApplyRefresh = (response: NextResponse) => void;

/**
 * Refreshes the session of a request when it is about to end, so that pages, which cannot set cookies, find a live one.
 * It trusts nothing: whoever needs to know who asks verifies the token.
 * @returns what to do to the response; the request's own cookies are changed already
 */
export async function refreshSession(request: NextRequest): Promise<ApplyRefresh> {
  const steps: ApplyRefresh[] = [];
  const hasSession = request.cookies.getAll().some(({ name }) => name.startsWith("sb-"));
  if (!hasSession) return () => {};

  const client = createServerClient(env().SUPABASE_URL, env().SUPABASE_PUBLISHABLE_KEY, {
    realtime: withoutRealtime,
    cookieOptions: sessionCookie(),
    cookies: {
      getAll: () => request.cookies.getAll(),
      setAll: (changed, headers) => {
        for (const { name, value } of changed) request.cookies.set(name, value);
        steps.push((response) => {
          for (const { name, value, options } of changed) response.cookies.set(name, value, options);
          for (const [name, value] of Object.entries(headers)) response.headers.set(name, value);
        });
      },
    },
  });
  await client.auth.getSession();
  return (response) => {
    for (const step of steps) step(response);
  };
}
