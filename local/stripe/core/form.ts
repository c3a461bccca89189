type Value = string | Value[] | { [key: string]: Value };

/** Reads a form in Stripe's bracket notation: `items[0][price]=p&tags[]=a` → { items: [{ price: "p" }], tags: ["a"] }. */
export function parseForm(text: string): Record<string, unknown> {
  const result: { [key: string]: Value } = Object.create(null);
  for (const [name, value] of new URLSearchParams(text)) {
    const path = name.replaceAll("]", "").split("[");
    assign(result, path, value);
  }
  return toLists(result) as Record<string, unknown>;
}

function assign(target: { [key: string]: Value }, path: string[], value: string): void {
  const [head = "", ...rest] = path;
  const key = head === "" ? openSlot(target, rest) : head;
  if (rest.length === 0) {
    target[key] = value;
    return;
  }
  const inner = target[key];
  const next = typeof inner === "object" && !Array.isArray(inner) ? inner : Object.create(null);
  target[key] = next;
  assign(next, rest, value);
}

/** `a[][b]=1&a[][c]=2` fills one element until a name comes again. */
function openSlot(target: { [key: string]: Value }, rest: string[]): string {
  const last = Object.keys(target).length - 1;
  const element = target[String(last)];
  const isOpen = rest[0] !== undefined && typeof element === "object" && !(rest[0] in element);
  return String(isOpen ? last : last + 1);
}

function toLists(value: Value): Value {
  if (typeof value === "string" || Array.isArray(value)) return value;
  const entries = Object.entries(value).map(([key, inner]): [string, Value] => [key, toLists(inner)]);
  const isList = entries.length > 0 && entries.every(([key], at) => key === String(at));
  return isList ? entries.map(([, inner]) => inner) : Object.fromEntries(entries);
}
