import { type Definitions, type Root, resolve } from "./catalog.ts";
import type { Schema } from "./schema.ts";

/** The emptiest value a schema allows: every required field, null where it may be, else the first choice. */
export function skeleton(root: Root): unknown {
  return emptiest(root.schema, root.definitions);
}

function emptiest(schema: Schema, definitions: Definitions): unknown {
  const at = resolve(schema, definitions);
  if ("anyOf" in at) {
    const choices = at.anyOf.map((choice) => resolve(choice, definitions));
    const [choice] = choices;
    if (choices.some((option) => "type" in option && option.type === "null") || !choice) return null;
    return emptiest(choices.find((option) => "type" in option && option.type === "string") ?? choice, definitions);
  }
  if ("enum" in at) return at.enum[0];
  if ("const" in at) return at.const;
  switch (at.type) {
    case "any":
    case "null":
      return null;
    case "string":
      return "";
    case "number":
      return 0;
    case "boolean":
      return false;
    case "array":
      return [];
    case "resource":
      return { id: "", object: at.object };
    case "object":
      return Object.fromEntries(
        at.required.map((name) => [name, emptiest(at.properties[name] ?? { type: "null" }, definitions)]),
      );
  }
}
