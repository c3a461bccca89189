/** Finds what answers a method and a path; fixed words win over `:names`. */
export class Router<T extends { method: string; path: string }> {
  private readonly entries: Array<{ entry: T; parts: string[] }>;

  constructor(entries: T[]) {
    this.entries = entries
      .map((entry) => ({ entry, parts: entry.path.split("/") }))
      .sort((a, b) => names(a.parts) - names(b.parts));
  }

  match(method: string, path: string): { entry: T; path: Record<string, string> } | undefined {
    const parts = path.split("/");
    for (const { entry, parts: wanted } of this.entries) {
      if (entry.method !== method || wanted.length !== parts.length) continue;
      if (!wanted.every((part, at) => (part.startsWith(":") ? parts[at] : part === parts[at]))) continue;
      const found = wanted.flatMap((part, at) =>
        part.startsWith(":") ? [[part.slice(1), decodeURIComponent(parts[at] ?? "")]] : [],
      );
      return { entry, path: Object.fromEntries(found) };
    }
    return undefined;
  }
}

const names = (parts: string[]): number => parts.filter((part) => part.startsWith(":")).length;
