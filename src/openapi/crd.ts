/** CustomResourceDefinitions -> kinds, with what the API server adds to their schemas when it publishes them. */
import { isObject, type Json, type KubeObject } from "../api/mod.ts";
import { convert } from "./convert.ts";
import { objectMetaSchema } from "./metadata.ts";
import type { KindInfo, Schema } from "./schema.ts";

/** The part of a CRD's spec that is read. */
interface CrdSpec {
  group?: string;
  scope?: string;
  names?: { kind?: string; plural?: string };
  versions?: (CrdVersion | null)[];
}

/** A version of it. */
interface CrdVersion {
  name?: string;
  served?: boolean;
  schema?: { openAPIV3Schema?: Json };
}

/** One kind for each version that is served; none when the object lacks what a CRD must have. */
export function kindsOfCrd(crd: KubeObject): KindInfo[] {
  const { group, scope, names, versions } = (isObject(crd.spec) ? crd.spec : {}) as CrdSpec;
  const { kind, plural } = names ?? {};
  if (!group || !kind || !plural || !Array.isArray(versions)) return [];
  const namespaced = scope !== "Cluster";
  return versions.flatMap((version) => {
    const { name, served, schema } = version ?? {};
    if (!name || served === false) return [];
    const root = convert(schema?.openAPIV3Schema ?? ANYTHING, noReference);
    return [{
      group,
      version: name,
      kind,
      plural,
      namespaced,
      schema: asObject(asPublished(root)),
    }];
  });
}

const ANYTHING: Json = { type: "object", "x-kubernetes-preserve-unknown-fields": true };

/** Structural schemas have no references; whatever stands there holds anything. */
function noReference(): Schema {
  return { "x-kubernetes-preserve-unknown-fields": true };
}

/** Type and metadata are the API server's, whatever the CRD says of them. */
function asObject(schema: Schema): Schema {
  const properties = {
    ...schema.properties,
    apiVersion: { type: "string" },
    kind: { type: "string" },
    metadata: objectMetaSchema({ namespaced: true }),
  };
  return { ...schema, properties };
}

/** Spells out int-or-string and completes embedded resources, at any depth. */
function asPublished(schema: Schema): Schema {
  const result: Schema = { ...schema };
  if (schema.properties) {
    result.properties = Object.fromEntries(
      Object.entries(schema.properties).map(([name, value]) => [name, asPublished(value)]),
    );
  }
  if (schema.items) result.items = asPublished(schema.items);
  if (typeof schema.additionalProperties === "object") {
    result.additionalProperties = asPublished(schema.additionalProperties);
  }
  const spelledOut = schema.anyOf ?? schema.allOf?.[0]?.anyOf;
  if (schema["x-kubernetes-int-or-string"] && !spelledOut) {
    result.anyOf = [{ type: "integer" }, { type: "string" }];
  }
  if (!schema["x-kubernetes-embedded-resource"]) return result;
  const required = [...new Set([...(schema.required ?? []), "apiVersion", "kind"])].sort();
  return { ...asObject(result), required };
}
