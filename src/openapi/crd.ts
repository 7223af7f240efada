/** Kinds from CustomResourceDefinitions, with the fields that the API server adds when it publishes them. */
import { isObject, type Json, type KubeObject } from "../api/mod.ts";
import { convert } from "./convert.ts";
import { objectMetaSchema } from "./metadata.ts";
import type { KindInfo, Schema } from "./schema.ts";

/** The fields of a CRD's spec that are read. */
interface CrdSpec {
  group?: string;
  scope?: string;
  names?: { kind?: string; plural?: string };
  versions?: (CrdVersion | null)[];
}

/** A version of a CRD. */
interface CrdVersion {
  name?: string;
  served?: boolean;
  schema?: { openAPIV3Schema?: Json };
}

/**
 * The kinds of a CRD, one for each served version. Empty when the object lacks fields that a CRD requires.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { kindsOfCrd } from "./mod.ts";
 *
 * const names = { kind: "Shop", plural: "shops" };
 * const [shop] = kindsOfCrd({
 *   apiVersion: "apiextensions.k8s.io/v1",
 *   kind: "CustomResourceDefinition",
 *   metadata: { name: "shops.kro.run" },
 *   spec: { group: "kro.run", names, scope: "Namespaced", versions: [{ name: "v1" }] },
 * });
 * assert.equal(shop?.plural, "shops");
 * ```
 */
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

/** Structural schemas have no references; an invalid one accepts any value. */
function noReference(): Schema {
  return { "x-kubernetes-preserve-unknown-fields": true };
}

/** Adds apiVersion, kind and metadata as the API server does, replacing the CRD's own declarations. */
function asObject(schema: Schema): Schema {
  const properties = {
    ...schema.properties,
    apiVersion: { type: "string" },
    kind: { type: "string" },
    metadata: objectMetaSchema({ namespaced: true }),
  };
  return { ...schema, properties };
}

/** Adds the `anyOf` of int-or-string fields and the fields of embedded resources, at every depth. */
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
