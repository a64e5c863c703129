/** What a body looks like, from its schema. */

/** A schema of an OpenAPI document, as far as the page of the interface reads it. */
export interface Schema {
  type?: string | string[];
  $ref?: string;
  enum?: unknown[];
  const?: unknown;
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  minimum?: number;
  maximum?: number;
  description?: string;
  default?: unknown;
  example?: unknown;
}

/** Schemas by name, which others refer to. */
export type NamedSchemas = Readonly<Record<string, Schema>>;

/** The schema that is meant, where one refers to another. */
export function meantBy(schema: Schema, named: NamedSchemas): Schema {
  const name = schema.$ref?.split("/").at(-1);
  return name === undefined ? schema : meantBy(named[name] ?? {}, named);
}

/** Schemas may refer to themselves. */
const deepest = 6;

/** A value that a schema allows: what is required, and what is usual. */
export function exampleOf(schema: Schema, named: NamedSchemas, depth = 0): unknown {
  const own = meantBy(schema, named);
  if (own.example !== undefined) return own.example;
  if (own.default !== undefined) return own.default;
  if (own.const !== undefined) return own.const;
  if (own.enum) return own.enum[0];
  const one = own.oneOf?.[0] ?? own.anyOf?.[0] ?? own.allOf?.[0];
  if (one) return exampleOf(one, named, depth);
  const type = Array.isArray(own.type) ? own.type[0] : own.type;
  if (type === "object" || own.properties)
    return Object.fromEntries(
      Object.entries(own.properties ?? {})
        .filter(([name, s]) => own.required?.includes(name) || meantBy(s, named).default !== undefined)
        .map(([name, s]) => [name, depth < deepest ? exampleOf(s, named, depth + 1) : null]),
    );
  if (type === "array") return own.items && depth < deepest ? [exampleOf(own.items, named, depth + 1)] : [];
  if (type === "integer" || type === "number") return Math.max(own.minimum ?? 0, Math.min(1, own.maximum ?? 1));
  if (type === "boolean") return false;
  return type === "null" ? null : "";
}
