import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Schema, SchemaFile } from "./schema.ts";

const load = (name: string): SchemaFile =>
  JSON.parse(readFileSync(fileURLToPath(new URL(name, import.meta.url)), "utf8")) as SchemaFile;

const objects = load("./objects.json");
const params = load("./params.json");

export type Definitions = Record<string, Schema>;
export interface Root {
  name: string;
  schema: Schema;
  definitions: Definitions;
}

/** The schema of an object by its `object` field, or of what is left of it once deleted. */
export function objectRoot(object: string, deleted = false): Root | undefined {
  const schema = objects.roots[deleted ? `deleted ${object}` : object];
  return schema && { name: object, schema, definitions: objects.definitions };
}

/** The schema of a request's parameters, such as "CustomerCreateParams". */
export function paramsRoot(name: string): Root {
  const schema = params.roots[name];
  if (!schema) throw new Error(`There is no schema ${name}: add it to schema/roots.ts and run npm run stripe:schemas`);
  return { name, schema, definitions: params.definitions };
}

/** The names of all events a webhook endpoint may ask for. */
export const eventTypes: ReadonlySet<string> = new Set(
  enumOf(params.roots["WebhookEndpointCreateParams.EnabledEvent"]),
);

/** Follows a reference to the schema it names. */
export function resolve(schema: Schema, definitions: Definitions): Exclude<Schema, { ref: string }> {
  if (!("ref" in schema)) return schema;
  const target = definitions[schema.ref];
  if (!target) throw new Error(`The schemas name ${schema.ref} but do not define it`);
  return resolve(target, definitions);
}

function enumOf(schema: Schema | undefined): string[] {
  if (!schema || !("enum" in schema)) throw new Error("The schemas do not list the events");
  return schema.enum.filter((name) => name !== "*");
}
