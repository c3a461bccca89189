/** Markup that is safe to send: only {@link html} makes it, and it escapes whatever is put in. */
export class Html {
  constructor(readonly markup: string) {}
}

type Part = string | number | Html | null | undefined | false | readonly Part[];

/** Writes markup as a template; every value is escaped unless it is markup itself, and empty values vanish. */
export function html(strings: TemplateStringsArray, ...parts: Part[]): Html {
  const written = strings.map((text, index) => text + (index < parts.length ? write(parts[index]) : ""));
  return new Html(written.join(""));
}

function write(part: Part): string {
  if (part === null || part === undefined || part === false) return "";
  if (part instanceof Html) return part.markup;
  if (typeof part === "string") return escapeText(part);
  if (typeof part === "number") return String(part);
  return part.map(write).join("");
}

function escapeText(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}
