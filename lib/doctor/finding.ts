/** What a look at one thing has shown. A problem says how to mend it; a note needs no mending but should be known. */
export type Finding =
  | { readonly kind: "ok" | "note"; readonly text: string }
  | { readonly kind: "problem"; readonly text: string; readonly wayOut: string };

export const ok = (text: string): Finding => ({ kind: "ok", text });
export const note = (text: string): Finding => ({ kind: "note", text });
export const problem = (text: string, wayOut: string): Finding => ({ kind: "problem", text, wayOut });

/** One part of the installation and what was found there. */
export interface Section {
  readonly title: string;
  readonly findings: readonly Finding[];
}

/** What an error says, with what it came from: "fetch failed" alone names no address. */
export function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { message, cause } = error;
  return cause instanceof Error && cause.message && !message.includes(cause.message)
    ? `${message} (${cause.message})`
    : message;
}

/**
 * Looks at one thing. A look that cannot be taken is a problem of its own, so that the others are still taken.
 * @param what begins the sentence, for example "The meter could not be read"
 */
export async function look(what: string, wayOut: string, take: () => Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await take();
  } catch (error) {
    return [problem(`${what}: ${wordsOf(error)}`, wayOut)];
  }
}
