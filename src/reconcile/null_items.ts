/** Removes null elements from lists and maps, unless the schema of the elements allows null. */
import { define, hasNull, isObject, type Json, type JsonObject } from "../api/mod.ts";
import type { Graph } from "../graph/mod.ts";
import { allowsNull, type Schema } from "../openapi/mod.ts";

/**
 * Returns the status fields without the null elements that the API server would refuse. An element is null
 * while its expression waits for data. If the schema of the elements does not allow null, a single null
 * element would make the API server refuse the whole status.
 */
export function withoutNullItems(fields: JsonObject, graph: Graph): JsonObject {
  const schema = hasNull(fields) ? statusSchema(graph) : undefined;
  return schema ? pruned(fields, schema) as JsonObject : fields;
}

function pruned(value: Json, schema: Schema): Json {
  if (Array.isArray(value)) {
    const { items } = schema;
    return items ? value.filter((v) => fits(v, items)).map((v) => pruned(v, items)) : value;
  }
  if (!isObject(value)) return value;
  const { properties = {}, additionalProperties: values } = schema;
  const result: JsonObject = {};
  for (const key in value) {
    const child = value[key]!;
    if (Object.hasOwn(properties, key)) define(result, key, pruned(child, properties[key]!));
    else if (!isObject(values)) define(result, key, child);
    else if (fits(child, values as Schema)) {
      define(result, key, pruned(child, values as Schema));
    }
  }
  return result;
}

function fits(value: Json, schema: Schema): boolean {
  return value !== null || allowsNull(schema);
}

interface CrdSpec {
  versions: { name: string; schema?: { openAPIV3Schema?: Schema } }[];
}

function statusSchema({ crd, instance }: Graph): Schema | undefined {
  const { versions } = crd.spec as unknown as CrdSpec;
  const version = versions.find(({ name }) => name === instance.version);
  return version?.schema?.openAPIV3Schema?.properties?.status;
}
