import { readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { extractSchemas } from "./extract.ts";
import { deletedRoots, paramsRoots, resourceRoots } from "./roots.ts";
import type { SchemaFile } from "./schema.ts";

const directory = dirname(fileURLToPath(import.meta.url));

/** The text of every schema file, made from the stripe-node that is installed. */
export function generateSchemas(): Record<string, string> {
  const manifest = fileURLToPath(new URL("../../../node_modules/stripe/package.json", import.meta.url));
  const { version } = JSON.parse(readFileSync(manifest, "utf8")) as { version: string };
  const params = Object.fromEntries(paramsRoots.map((name) => [name, name]));
  const deleted = Object.fromEntries(Object.entries(deletedRoots).map(([object, type]) => [`deleted ${object}`, type]));
  const [objects, parameters] = extractSchemas(directory, version, [{ ...resourceRoots, ...deleted }, params]);
  if (!objects || !parameters) throw new Error("The schemas were not made");
  return { "objects.json": textOf(objects), "params.json": textOf(parameters) };
}

/** One definition a line, so that the difference between two versions of stripe-node can be read. */
function textOf(file: SchemaFile): string {
  const lines = (entries: Record<string, unknown>) =>
    Object.entries(entries)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, schema]) => `${JSON.stringify(name)}:${JSON.stringify(schema)}`)
      .join(",\n");
  return `{"stripe":${JSON.stringify(file.stripe)},\n"roots":{\n${lines(file.roots)}\n},\n"definitions":{\n${lines(file.definitions)}\n}}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [name, text] of Object.entries(generateSchemas())) {
    writeFileSync(`${directory}/${name}`, text);
    process.stdout.write(`${name}: ${text.length} bytes\n`);
  }
}
