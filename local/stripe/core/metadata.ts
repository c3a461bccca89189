type Sent = Record<string, string | number | null> | "" | null | undefined;

/** The metadata after an update: keys given replace, a key set to "" goes, "" for all of it clears it. */
export function mergeMetadata(before: Record<string, string> | null, sent: Sent): Record<string, string> {
  if (sent === undefined) return before ?? {};
  if (!sent) return {};
  const merged = { ...before };
  for (const [key, value] of Object.entries(sent)) {
    if (value === "" || value === null) delete merged[key];
    else merged[key] = String(value);
  }
  return merged;
}
