import { type Definitions, objectRoot, type Root, resolve } from "./catalog.ts";
import type { Schema } from "./schema.ts";

type Resolved = Exclude<Schema, { ref: string }>;

/**
 * Compares an object about to be sent with what stripe-node declares for its kind.
 * @returns the first difference, with the path of the field, or undefined if there is none
 */
export function mismatch(value: unknown): string | undefined {
  if (isObject(value) && "next_page_url" in value) return mismatchInList(value);
  if (!isObject(value) || typeof value.object !== "string") return "the answer has no `object` field";
  if (value.object === "list" || value.object === "search_result") return mismatchInList(value);
  const root = rootOf(value.object, value);
  if (!root) return `no schema is kept for the object ${value.object}`;
  const problem = compare(root.schema, value, root.definitions, value.object);
  if (problem || value.object !== "event" || !isObject(value.data)) return problem;
  const inside = mismatch(value.data.object);
  return inside && `data.object: ${inside}`;
}

function mismatchInList({ data }: Record<string, unknown>): string | undefined {
  for (const [at, item] of (Array.isArray(data) ? data : []).entries()) {
    const problem = mismatch(item);
    if (problem) return `data[${at}]: ${problem}`;
  }
  return undefined;
}

/** Thin events differ by their type; what is left of a deleted object of v2 is its id. */
function rootOf(object: string, value: Record<string, unknown>): Root | undefined {
  if (object === "v2.core.event") return objectRoot(`${object} ${String(value.type)}`);
  return objectRoot(object, value.deleted === true || (object.startsWith("v2.") && Object.keys(value).length === 2));
}

/** Compares any value with a schema root. */
export function mismatchWith(root: Root, value: unknown, name: string): string | undefined {
  return compare(root.schema, value, root.definitions, name);
}

function compare(schema: Schema, value: unknown, definitions: Definitions, path: string): string | undefined {
  const at = resolve(schema, definitions);
  if ("anyOf" in at) return compareAny(at.anyOf, value, definitions, path);
  if ("enum" in at) {
    return at.enum.includes(value as string)
      ? undefined
      : `${path} is ${show(value)}, not one of ${at.enum.join(", ")}`;
  }
  if ("const" in at) return value === at.const ? undefined : `${path} is ${show(value)}, not ${show(at.const)}`;
  switch (at.type) {
    case "any":
      return undefined;
    case "null":
      return value === null ? undefined : `${path} is ${show(value)}, not null`;
    case "string":
    case "number":
    case "boolean":
      return typeof value === at.type ? undefined : `${path} is ${show(value)}, not a ${at.type}`;
    case "array":
      return Array.isArray(value)
        ? first(value.entries(), ([index, item]) => compare(at.items, item, definitions, `${path}[${index}]`))
        : `${path} is ${show(value)}, not an array`;
    case "resource":
      return isObject(value) && value.object === at.object
        ? undefined
        : `${path} is ${show(value)}, not a ${at.object}`;
    case "object":
      return compareObject(at, value, definitions, path);
  }
}

function compareObject(
  schema: Extract<Schema, { type: "object" }>,
  value: unknown,
  definitions: Definitions,
  path: string,
): string | undefined {
  if (!isObject(value)) return `${path} is ${show(value)}, not an object`;
  const missing = schema.required.find((name) => value[name] === undefined);
  if (missing) return `${path}.${missing} is missing`;
  return first(Object.entries(value), ([name, field]) => {
    const of = schema.properties[name] ?? schema.values;
    if (field === undefined) return undefined;
    return of ? compare(of, field, definitions, `${path}.${name}`) : `${path}.${name} is not a field Stripe declares`;
  });
}

function compareAny(choices: Schema[], value: unknown, definitions: Definitions, path: string): string | undefined {
  const problems: Array<{ problem: string; likely: boolean }> = [];
  for (const choice of choices) {
    const at = resolve(choice, definitions);
    const problem = compare(at, value, definitions, path);
    if (!problem) return undefined;
    problems.push({ problem, likely: isLikely(at, value) });
  }
  const likely = problems.filter((entry) => entry.likely);
  return likely.length > 0
    ? likely.map((entry) => entry.problem).join("; or ")
    : `${path} is ${show(value)}: ${problems.map((entry) => entry.problem).join("; or ")}`;
}

/** Whether a value was meant for this choice, so that only its differences are worth telling. */
function isLikely(schema: Resolved, value: unknown): boolean {
  if (Array.isArray(value)) return "type" in schema && schema.type === "array";
  if (!isObject(value) || !("type" in schema) || schema.type !== "object") return false;
  const kind = schema.properties.object;
  return (
    !kind ||
    !("const" in kind) ||
    (kind.const === value.object && "deleted" in schema.properties === "deleted" in value)
  );
}

function first<T>(items: Iterable<T>, look: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const problem = look(item);
    if (problem) return problem;
  }
  return undefined;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? "absent";
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
