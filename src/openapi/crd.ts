/**
 * Derives kinds and their schemas from CustomResourceDefinitions (CRDs). The schemas include the fields that
 * the API server adds when it publishes a CRD.
 */
import { isObject, type Json, type KubeObject } from "../api/mod.ts";
import { convert } from "./convert.ts";
import { objectMetaSchema } from "./metadata.ts";
import type { KindInfo, Schema } from "./schema.ts";

/** The fields of a CRD's `spec` that this module reads. */
interface CrdSpec {
  group?: string;
  scope?: string;
  names?: { kind?: string; plural?: string };
  versions?: (CrdVersion | null)[];
}

/** The fields of a CRD version that this module reads. */
interface CrdVersion {
  name?: string;
  served?: boolean;
  schema?: { openAPIV3Schema?: Json };
}

/**
 * Returns the kinds that a CRD defines, one for each served version. Returns an empty list when the object
 * lacks fields that every CRD must have.
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
    const root = convert(schema?.openAPIV3Schema ?? ANYTHING, noReference, addPublished);
    return [{
      group,
      version: name,
      kind,
      plural,
      namespaced,
      schema: asObject(root),
    }];
  });
}

const ANYTHING: Json = { type: "object", "x-kubernetes-preserve-unknown-fields": true };

/**
 * Returns the schema that replaces a `$ref` in a CRD: a schema that accepts any value. The `$ref` is not
 * resolved, because the API server refuses a CRD with a `$ref`.
 */
function noReference(): Schema {
  return { "x-kubernetes-preserve-unknown-fields": true };
}

/**
 * Adds apiVersion, kind and metadata to the properties of a schema, as the API server does. The added
 * properties replace the CRD's own declarations of these three fields. Returns the changed schema.
 */
function asObject(schema: Schema): Schema {
  schema.properties = Object.assign(schema.properties ?? {}, {
    apiVersion: { type: "string" },
    kind: { type: "string" },
    metadata: objectMetaSchema({ namespaced: true }),
  });
  return schema;
}

/**
 * Adds the keywords that the API server adds when it publishes a schema: the `anyOf` of int-or-string
 * fields, and the properties of embedded resources.
 */
function addPublished(schema: Schema): void {
  const spelledOut = schema.anyOf ?? schema.allOf?.[0]?.anyOf;
  if (schema["x-kubernetes-int-or-string"] && !spelledOut) {
    schema.anyOf = [{ type: "integer" }, { type: "string" }];
  }
  if (!schema["x-kubernetes-embedded-resource"]) return;
  schema.required = [...new Set([...(schema.required ?? []), "apiVersion", "kind"])].sort();
  asObject(schema);
}
