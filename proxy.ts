import { type NextRequest, NextResponse } from "next/server";
import { env } from "@/lib/env";
import { refreshSession } from "@/lib/supabase/proxy";

export const config = {
  // Machines call these with a secret of their own; the proxy would only hold their bodies in memory.
  matcher: [
    "/((?!api/stripe|api/resend|api/usage|api/jobs|api/health|_next/static|_next/image|[^/]*\\.(?:ico|png|svg|webp|avif|jpg|txt|xml|webmanifest|woff2|js|css|map)$).*)",
  ],
};

const isMarketing = (path: string) => path === "/" || path === "/pricing" || path.startsWith("/legal/");

// Marketing pages are built once and hold no nonce; Next starts them by inline scripts that differ with every build, so
// only there inline scripts are allowed. They show nothing of anybody. Inline styles stay allowed everywhere: charts and
// progress bars are drawn with style attributes. A form that buys without scripts is sent on to Stripe's checkout.
function contentPolicy(nonce: string | undefined): string {
  const development = process.env.NODE_ENV === "development";
  const scripts = nonce ? `'nonce-${nonce}' 'strict-dynamic'` : "'unsafe-inline'";
  return [
    "default-src 'self'",
    `script-src 'self' ${scripts}${development ? " 'unsafe-eval'" : ""}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    `connect-src 'self'${development ? " ws:" : ""}`,
    "object-src 'none'",
    "base-uri 'none'",
    `form-action 'self' ${env().STRIPE_API_BASE ?? "https://checkout.stripe.com"}`,
    "frame-src 'none'",
    "frame-ancestors 'none'",
    ...(env().APP_URL.startsWith("https:") ? ["upgrade-insecure-requests"] : []),
  ].join("; ");
}

const PERMISSIONS = ["camera", "microphone", "geolocation", "payment", "usb", "browsing-topics"];

function securityHeaders(policy: string): Record<string, string> {
  return {
    "Content-Security-Policy": policy,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": PERMISSIONS.map((name) => `${name}=()`).join(", "),
    "Cross-Origin-Opener-Policy": "same-origin",
    ...(env().LEDGERLINE_LOCAL ? {} : { "Strict-Transport-Security": "max-age=63072000; includeSubDomains" }),
  };
}

function ownPath({ pathname, searchParams }: NextRequest["nextUrl"]): string {
  const search = new URLSearchParams(searchParams);
  search.delete("_rsc");
  return search.size > 0 ? `${pathname}?${search}` : pathname;
}

// A document keeps the policy it was loaded with, also when the router goes on to another page. Whoever goes on from a
// marketing page gets no page data but a blank, at which the router loads the next page anew, under its stricter policy.
function needsFreshDocument({ method, headers, nextUrl: { pathname } }: NextRequest): boolean {
  const from = headers.get("referer");
  if (method !== "GET" || headers.get("sec-fetch-dest") !== "empty" || !from || !URL.canParse(from)) return false;
  return isMarketing(new URL(from).pathname) && !isMarketing(pathname) && !/^\/(api\/|_)/.test(pathname);
}

/** Refreshes the session and sets the security headers, nothing else: every page and action asks itself who is there. */
export async function proxy(request: NextRequest): Promise<NextResponse> {
  if (needsFreshDocument(request)) {
    return new NextResponse("", { headers: { "content-type": "text/plain", "cache-control": "no-store" } });
  }
  const applyRefresh = await refreshSession(request);
  const nonce = isMarketing(request.nextUrl.pathname) ? undefined : btoa(crypto.randomUUID());
  const policy = contentPolicy(nonce);

  const headers = new Headers(request.headers);
  headers.set("x-path", ownPath(request.nextUrl));
  headers.delete("x-nonce");
  headers.delete("content-security-policy");
  if (nonce) {
    headers.set("x-nonce", nonce);
    headers.set("content-security-policy", policy);
  }

  const response = NextResponse.next({ request: { headers } });
  applyRefresh(response);
  for (const [name, value] of Object.entries(securityHeaders(policy))) response.headers.set(name, value);
  return response;
}
