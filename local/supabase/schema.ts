import type { Sql } from "postgres";

export interface Field {
  name: string;
  /** As TypeScript writes it. */
  type: string;
  nullable: boolean;
  hasDefault: boolean;
  /** Postgres alone may write it. */
  generated: boolean;
}

export interface Described {
  name: string;
  kind: "table" | "view";
  fields: Field[];
}

export interface Routine {
  name: string;
  parameters: Field[];
  returns: string | { fields: Field[]; many: boolean };
}

export interface Schema {
  relations: Described[];
  routines: Routine[];
  enums: Array<{ name: string; labels: string[] }>;
  composites: Array<{ name: string; fields: Field[] }>;
}

const NUMBERS = ["int2", "int4", "int8", "float4", "float8", "numeric", "oid"];

// The type as JSON carries it: a domain counts as what it is based on.
function toTypeScript(type: string): string {
  if (type.startsWith("_")) return `${toTypeScript(type.slice(1))}[]`;
  if (NUMBERS.includes(type)) return "number";
  if (type === "bool") return "boolean";
  if (type === "json" || type === "jsonb") return "Json";
  if (type === "void") return "undefined";
  if (type.startsWith("enum:")) return `Database["public"]["Enums"]["${type.slice(5)}"]`;
  if (type.startsWith("composite:")) return `Database["public"]["Tables"]["${type.slice(10)}"]["Row"]`;
  return "string";
}

interface FieldRow {
  name: string;
  type: string;
  nullable: boolean;
  has_default: boolean;
  generated: boolean;
}
const toField = (row: FieldRow): Field => ({
  name: row.name,
  type: toTypeScript(row.type),
  nullable: row.nullable,
  hasDefault: row.has_default,
  generated: row.generated,
});

/** Reads what the schema `public` offers to the API from the system catalog, everything in the order of its name. */
export async function describeSchema(sql: Sql): Promise<Schema> {
  const relations = await sql<Array<{ name: string; kind: "table" | "view" | "composite"; fields: FieldRow[] }>>`
    select c.relname as name, case c.relkind when 'v' then 'view' when 'm' then 'view' when 'c' then 'composite' else 'table' end as kind,
      jsonb_agg(jsonb_build_object('name', a.attname, 'nullable', not a.attnotnull,
        'type', case when base.typtype = 'e' then 'enum:' || base.typname else base.typname end,
        'has_default', a.atthasdef or a.attidentity <> '', 'generated', a.attgenerated <> '' or a.attidentity = 'a') order by a.attnum) as fields
    from pg_class c
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    join pg_type t on t.oid = a.atttypid
    join pg_type base on base.oid = case when t.typtype = 'd' then t.typbasetype else t.oid end
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'c') and not c.relispartition
    group by c.oid, c.relname, c.relkind order by c.relname collate "C"`;
  const enums = await sql<Array<{ name: string; labels: string[] }>>`
    select t.typname as name, array_agg(e.enumlabel order by e.enumsortorder) as labels
    from pg_type t join pg_enum e on e.enumtypid = t.oid where t.typnamespace = 'public'::regnamespace
    group by t.typname order by t.typname collate "C"`;
  const described = relations.map(({ name, kind, fields }) => ({ name, kind, fields: fields.map(toField) }));
  return {
    relations: described.flatMap(({ kind, ...rest }) => (kind === "composite" ? [] : [{ ...rest, kind }])),
    composites: described.filter(({ kind }) => kind === "composite"),
    enums: [...enums],
    routines: await describeRoutines(sql, described),
  };
}

interface RoutineRow {
  name: string;
  returns: string;
  many: boolean;
  arguments: Array<FieldRow & { mode: string }>;
}

async function describeRoutines(sql: Sql, relations: Array<{ name: string; fields: Field[] }>): Promise<Routine[]> {
  const rows = await sql<RoutineRow[]>`
    select p.proname as name, p.proretset as many,
      case when answer.typtype = 'e' then 'enum:' || answer.typname when answer.typtype = 'c' then 'composite:' || answer.typname
        else coalesce(base.typname, answer.typname) end as returns,
      coalesce((
        select jsonb_agg(jsonb_build_object('name', p.proargnames[i], 'mode', coalesce(p.proargmodes[i], 'i'), 'nullable', false, 'generated', false,
          'type', case when bt.typtype = 'e' then 'enum:' || bt.typname else bt.typname end,
          'has_default', i > p.pronargs - p.pronargdefaults and i <= p.pronargs) order by i)
        from unnest(coalesce(p.proallargtypes, p.proargtypes::oid[])) with ordinality as argument (type, i)
        join pg_type t on t.oid = argument.type
        join pg_type bt on bt.oid = case when t.typtype = 'd' then t.typbasetype else t.oid end
      ), '[]') as arguments
    from pg_proc p
    join pg_type answer on answer.oid = p.prorettype
    left join pg_type base on base.oid = answer.typbasetype
    where p.pronamespace = 'public'::regnamespace and p.prokind = 'f' and answer.typname <> 'trigger'
    order by p.proname collate "C"`;
  return rows.map(({ name, returns, many, arguments: all }) => {
    const parameters = all.filter(({ mode }) => mode === "i" || mode === "b").map(toField);
    const columns = all.filter(({ mode }) => mode === "t" || mode === "o").map(toField);
    const composite =
      returns.startsWith("composite:") && relations.find((relation) => `composite:${relation.name}` === returns);
    if (composite) return { name, parameters, returns: { fields: composite.fields, many } };
    if (columns.length > 0) return { name, parameters, returns: { fields: columns, many } };
    return { name, parameters, returns: `${toTypeScript(returns)}${many ? "[]" : ""}` };
  });
}
