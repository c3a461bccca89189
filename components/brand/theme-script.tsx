"use client";

import { themeScript } from "./theme";

/**
 * Sets the chosen theme before the first paint. Each route group's layout renders it first, signed-in ones with the
 * request's nonce, so that marketing pages can stay static.
 *
 * @param nonce of the content security policy, where there is one
 */
export function ThemeScript({ nonce }: { nonce?: string | undefined }) {
  return (
    <script
      type={typeof window === "undefined" ? "text/javascript" : "text/plain"}
      nonce={nonce}
      suppressHydrationWarning
      // biome-ignore lint/security/noDangerouslySetInnerHtml: a constant of ours, it must run before the first paint
      dangerouslySetInnerHTML={{ __html: themeScript }}
    />
  );
}
