import ts from "typescript-5";
import type { Schema, SchemaFile } from "./schema.ts";

const options: ts.CompilerOptions = {
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  target: ts.ScriptTarget.ES2022,
  strict: true,
  skipLibCheck: true,
  noEmit: true,
  types: [],
};

/** Gives each key the type `Stripe.<name>` of stripe-node and writes those types as schemas. */
export function extractSchemas(
  directory: string,
  version: string,
  groups: Array<Record<string, string>>,
): SchemaFile[] {
  const names = [...new Set(groups.flatMap((group) => Object.values(group)))];
  const path = `${directory}/roots.virtual.ts`;
  const lines = names.map((name, at) => `export type Root${at} = Stripe.${name};`);
  const text = `import type { Stripe } from "stripe";\n${lines.join("\n")}\n`;
  const host = ts.createCompilerHost(options);
  const { fileExists, getSourceFile, readFile } = host;
  host.fileExists = (name) => name === path || fileExists(name);
  host.readFile = (name) => (name === path ? text : readFile(name));
  host.getSourceFile = (name, ...rest) =>
    name === path ? ts.createSourceFile(name, text, ts.ScriptTarget.ES2022) : getSourceFile(name, ...rest);
  const program = ts.createProgram([path], options, host);
  const source = program.getSourceFile(path);
  if (!source) throw new Error("The list of roots was not read");
  const [problem] = program.getSemanticDiagnostics(source);
  if (problem) throw new Error(ts.flattenDiagnosticMessageText(problem.messageText, "\n"));

  const checker = program.getTypeChecker();
  const types = new Map<string, ts.Type>();
  source.forEachChild((node) => {
    const name = ts.isTypeAliasDeclaration(node) ? names[Number(node.name.text.slice("Root".length))] : undefined;
    if (name && ts.isTypeAliasDeclaration(node)) types.set(name, checker.getTypeFromTypeNode(node.type));
  });
  const kept = new Set([...types.values()].map((type) => nameOf(checker, type)).filter((name) => name !== undefined));
  return groups.map((group) => {
    const walk = new Walk(checker, kept);
    const roots: Record<string, Schema> = {};
    for (const [key, name] of Object.entries(group)) {
      const type = types.get(name);
      if (!type) throw new Error(`stripe-node has no type ${name}`);
      roots[key] = walk.schemaOf(type) ?? { type: "any" };
    }
    return { stripe: version, roots, definitions: walk.definitions };
  });
}

class Walk {
  readonly definitions: Record<string, Schema> = {};
  private readonly checker: ts.TypeChecker;
  private readonly kept: Set<string>;

  constructor(checker: ts.TypeChecker, kept: Set<string>) {
    this.checker = checker;
    this.kept = kept;
  }

  schemaOf(type: ts.Type): Schema | undefined {
    if (type.flags & (ts.TypeFlags.Undefined | ts.TypeFlags.Void)) return undefined;
    if (type.flags & ts.TypeFlags.Null) return { type: "null" };
    if (type.isStringLiteral() || type.isNumberLiteral()) return { const: type.value };
    if (type.flags & ts.TypeFlags.BooleanLiteral) return { const: this.checker.typeToString(type) === "true" };
    if (type.flags & ts.TypeFlags.String) return { type: "string" };
    if (type.flags & ts.TypeFlags.Number) return { type: "number" };
    if (type.flags & ts.TypeFlags.Boolean) return { type: "boolean" };
    if (type.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown)) return { type: "any" };
    if (type.isUnion()) return this.unionOf(type.types);
    if (type.isIntersection() && type.types.some((part) => part.flags & ts.TypeFlags.String)) return { type: "string" };
    if (this.checker.isArrayType(type)) {
      const [item] = this.checker.getTypeArguments(type as ts.TypeReference);
      return { type: "array", items: (item && this.schemaOf(item)) ?? { type: "any" } };
    }
    return this.objectOf(type);
  }

  /** Documented values close an enumeration: the open rest of stripe-node's enums is left out. */
  private unionOf(types: ts.Type[]): Schema | undefined {
    const literals = types.filter((type) => type.isStringLiteral());
    const booleans = types.filter((type) => type.flags & ts.TypeFlags.BooleanLiteral);
    const rest = types.filter(
      (type) => !type.isStringLiteral() && !booleans.includes(type) && !(literals.length > 0 && type.isIntersection()),
    );
    const anyOf: Schema[] = [];
    if (literals.length > 0) anyOf.push({ enum: literals.map((type) => type.value).sort() });
    if (booleans.length === 2) anyOf.push({ type: "boolean" });
    for (const type of booleans.length === 2 ? rest : [...booleans, ...rest]) {
      const schema = this.schemaOf(type);
      if (schema) anyOf.push(schema);
    }
    return anyOf.length > 1 ? { anyOf } : anyOf[0];
  }

  private objectOf(type: ts.Type): Schema {
    const name = nameOf(this.checker, type);
    if (!name) return this.fieldsOf(type);
    if (/(^|\/)Decimal(Impl)?$/.test(name)) return { type: "string" };
    const resource = this.resourceName(type);
    if (resource && resource !== "list" && !this.isDeleted(type) && !this.kept.has(name)) {
      return { type: "resource", object: resource };
    }
    if (name.startsWith("Events/Event.Data.")) return { type: "any" };
    if (!(name in this.definitions)) {
      this.definitions[name] = { type: "any" };
      this.definitions[name] = this.fieldsOf(type);
    }
    return { ref: name };
  }

  private fieldsOf(type: ts.Type): Schema {
    const properties: Record<string, Schema> = {};
    const required: string[] = [];
    for (const property of this.checker.getPropertiesOfType(type)) {
      if (property.flags & ts.SymbolFlags.Method) continue;
      const schema = this.schemaOf(this.checker.getTypeOfSymbol(property));
      if (!schema) continue;
      properties[property.name] = schema;
      if (!(property.flags & ts.SymbolFlags.Optional)) required.push(property.name);
    }
    const index = this.checker.getIndexInfoOfType(type, ts.IndexKind.String);
    const values = index && this.schemaOf(index.type);
    return { type: "object", properties, required, ...(values && { values }) };
  }

  private isDeleted(type: ts.Type): boolean {
    const property = type.getProperty("deleted");
    return property !== undefined && this.checker.typeToString(this.checker.getTypeOfSymbol(property)) === "true";
  }

  private resourceName(type: ts.Type): string | undefined {
    const property = type.getProperty("object");
    const value = property && this.checker.getTypeOfSymbol(property);
    return value?.isStringLiteral() ? value.value : undefined;
  }
}

/** Names a type by the file that declares it, since names such as `Card` recur in many files. */
function nameOf(checker: ts.TypeChecker, type: ts.Type): string | undefined {
  const symbol = type.aliasSymbol ?? type.symbol;
  const declaration = symbol?.declarations?.[0];
  if (!symbol || symbol.name.startsWith("__") || !declaration) return undefined;
  const file = declaration
    .getSourceFile()
    .fileName.replace(/^.*\/(resources|esm)\//, "")
    .replace(/\.d\.ts$/, "");
  const path = [symbol.name];
  for (let node: ts.Node | undefined = declaration.parent; node; node = node.parent) {
    if (ts.isModuleDeclaration(node)) path.unshift(node.name.text);
  }
  const parameters = checker.getTypeArguments(type as ts.TypeReference);
  const of = parameters.map((parameter) => nameOf(checker, parameter) ?? checker.typeToString(parameter));
  return `${file}/${path.join(".")}${of.length > 0 ? `<${of.join(",")}>` : ""}`;
}
