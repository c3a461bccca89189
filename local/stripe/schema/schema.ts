/** The part of JSON Schema that stripe-node's declarations need. Objects are closed unless `values` is there. */
export type Schema =
  | { type: "string" | "number" | "boolean" | "null" | "any" }
  | { enum: string[] }
  | { const: string | number | boolean }
  | { type: "array"; items: Schema }
  | { type: "object"; properties: Record<string, Schema>; required: string[]; values?: Schema }
  /** an object of a kind the double does not keep: only its name is checked */
  | { type: "resource"; object: string }
  | { anyOf: Schema[] }
  | { ref: string };

export interface SchemaFile {
  stripe: string;
  roots: Record<string, Schema>;
  definitions: Record<string, Schema>;
}
