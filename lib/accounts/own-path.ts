/** Where people land once they are signed in. */
export const HOME = "/assistant";

const OWN_ORIGIN = "https://own.invalid";

/**
 * Answers `wish` if it is a path of this app, else `fallback`: nobody is sent elsewhere after signing in.
 * @param wish as it came from a link or a form
 */
export function ownPath(wish: string | null | undefined, fallback: string = HOME): string {
  if (!wish?.startsWith("/") || !URL.canParse(wish, OWN_ORIGIN)) return fallback;
  const { origin, pathname, search, hash } = new URL(wish, OWN_ORIGIN);
  const isOwn = origin === OWN_ORIGIN && !pathname.startsWith("//") && !pathname.startsWith("/api/");
  return isOwn ? `${pathname}${search}${hash}` : fallback;
}
