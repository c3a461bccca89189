import { invalid, missingParam, type StripeError } from "../core/error.ts";
import { type Definitions, type Root, resolve } from "./catalog.ts";
import { isObject } from "./check.ts";
import type { Schema } from "./schema.ts";

type ObjectSchema = Extract<Schema, { type: "object" }>;
type Outcome = { value: unknown } | { error: StripeError };

/**
 * Reads the parameters of a request as stripe-node declares them. Text becomes numbers and booleans where they are
 * declared, "" stays where a field may be unset.
 * @throws StripeError 400, with Stripe's code and the parameter: parameter_unknown, parameter_missing,
 * parameter_invalid_integer, or without a code for a value that is not in an enumeration
 */
export function readParameters(root: Root, sent: Record<string, unknown>): Record<string, unknown> {
  if (root.name.startsWith("PaymentIntent") && sent.payment_method_types !== undefined) {
    throw invalid(
      "The parameter payment_method_types is no longer supported. Leave it out, or use allowed_payment_method_types.",
      "payment_method_types",
      "payment_method_types_no_longer_supported",
    );
  }
  const outcome = read(root.schema, sent, root.definitions, "");
  if ("error" in outcome) throw outcome.error;
  return outcome.value as Record<string, unknown>;
}

function read(schema: Schema, value: unknown, definitions: Definitions, path: string): Outcome {
  const at = resolve(schema, definitions);
  if ("anyOf" in at) return readAny(at.anyOf, value, definitions, path);
  if ("enum" in at) {
    if (typeof value === "string" && at.enum.includes(value)) return { value };
    return { error: invalid(`Invalid ${path}: must be one of ${at.enum.join(", ")}`, path) };
  }
  if ("const" in at) {
    return String(value) === String(at.const)
      ? { value: at.const }
      : { error: invalid(`Invalid ${path}: ${show(value)}`, path) };
  }
  switch (at.type) {
    case "any":
      return { value };
    case "null":
      return value === null ? { value } : { error: invalid(`Invalid ${path}: must be empty`, path) };
    case "string":
      if (typeof value === "string") return { value };
      if (typeof value === "number") return { value: String(value) };
      return { error: invalid(`Invalid string: ${show(value)}`, path) };
    case "number":
      return readNumber(value, path);
    case "boolean":
      if (value === true || value === "true") return { value: true };
      if (value === false || value === "false") return { value: false };
      return { error: invalid(`Invalid boolean: ${show(value)}`, path) };
    case "array":
      return readArray(at.items, value, definitions, path);
    case "resource":
      return { error: invalid(`Invalid ${path}`, path) };
    case "object":
      return isObject(value) ? readObject(at, value, definitions, path) : notAnObject(path);
  }
}

function readNumber(value: unknown, path: string): Outcome {
  const text = String(value);
  if (/^-?\d+(\.\d+)?$/.test(text)) return { value: Number(text) };
  return { error: invalid(`Invalid integer: ${text}`, path, "parameter_invalid_integer") };
}

function readArray(items: Schema, value: unknown, definitions: Definitions, path: string): Outcome {
  if (value === "") return { value: [] };
  if (!Array.isArray(value)) return { error: invalid("Invalid array", path) };
  const result: unknown[] = [];
  for (const [index, item] of value.entries()) {
    const outcome = read(items, item, definitions, `${path}[${index}]`);
    if ("error" in outcome) return outcome;
    result.push(outcome.value);
  }
  return { value: result };
}

function readObject(
  schema: ObjectSchema,
  value: Record<string, unknown>,
  definitions: Definitions,
  path: string,
): Outcome {
  const result: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(value)) {
    if (field === undefined) continue;
    const inner = path ? `${path}[${name}]` : name;
    const of = schema.properties[name] ?? schema.values;
    if (!of) return { error: invalid(`Received unknown parameter: ${inner}`, inner, "parameter_unknown") };
    const outcome = read(of, field, definitions, inner);
    if ("error" in outcome) return outcome;
    result[name] = outcome.value;
  }
  const missing = schema.required.find((name) => result[name] === undefined);
  if (missing) return { error: missingParam(path ? `${path}[${missing}]` : missing) };
  return { value: result };
}

/** Takes the first choice that fits; otherwise tells what is wrong with the one the value was meant for. */
function readAny(choices: Schema[], value: unknown, definitions: Definitions, path: string): Outcome {
  const failures: Array<{ error: StripeError; meant: boolean }> = [];
  for (const choice of choices) {
    const at = resolve(choice, definitions);
    const outcome =
      value === "" && isList(at) ? { error: invalid(`Invalid ${path}`, path) } : read(at, value, definitions, path);
    if ("value" in outcome) return outcome;
    failures.push({ error: outcome.error, meant: isMeant(at, value) });
  }
  const meant = failures.filter((failure) => failure.meant).at(-1) ?? failures[0];
  return meant ? { error: meant.error } : { error: invalid(`Invalid ${path}`, path) };
}

const isList = (schema: Schema): boolean => "type" in schema && schema.type === "array";

function isMeant(schema: Schema, value: unknown): boolean {
  if (Array.isArray(value)) return isList(schema);
  if (isObject(value)) return "type" in schema && schema.type === "object";
  return ("enum" in schema && schema.enum.some(Boolean)) || ("type" in schema && schema.type === "number");
}

function notAnObject(path: string): Outcome {
  return { error: invalid("Invalid object", path || undefined) };
}

function show(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
