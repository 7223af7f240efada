/** Compares the live CRD with the CRD that a graph needs, and finds breaking changes. */
import { isObject, type Json, jsonEqual, type JsonObject, type KubeObject } from "../api/mod.ts";
import { compareSchemas } from "./compare_schema.ts";

/** One difference between two CRDs. */
export interface CrdChange {
  /**
   * The path of the changed field, in an instance (`spec.replicas`, `spec.ports[].name`) or in the CRD
   * (`names.shortNames`).
   */
  path: string;
  /** The description of the change, such as `Property size was removed`. */
  text: string;
  /**
   * Whether the change is breaking: after the change, the API server may reject instances or requests that
   * were valid before.
   */
  breaking: boolean;
}

/**
 * Returns the changes from the live CRD to the desired CRD: changes of versions, schema, printer columns,
 * names, scope and metadata. The list is empty when the live CRD needs no update. The descriptions of the
 * changes and the decision whether a change is breaking equal those of upstream kro
 * (`pkg/graph/crd/compat`).
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { compareCrds } from "./mod.ts";
 *
 * const crd = (served: boolean) => ({
 *   apiVersion: "apiextensions.k8s.io/v1",
 *   kind: "CustomResourceDefinition",
 *   metadata: { name: "shops.kro.run" },
 *   spec: { versions: [{ name: "v1", served, schema: {} }] },
 * });
 * const [change] = compareCrds(crd(true), crd(false));
 * assert.deepEqual([change?.path, change?.breaking], ["version.served", true]);
 * ```
 */
export function compareCrds(live: KubeObject, desired: KubeObject): CrdChange[] {
  const [old, wanted] = [object(live.spec), object(desired.spec)];
  const wantedVersion = versions(wanted)[0] ?? {};
  const oldVersions = versions(old);
  const oldVersion = oldVersions.find((v) => v.name === wantedVersion.name);
  if (!oldVersion) {
    const text = `Type changed from ${String(oldVersions[0]?.name)} to ${
      String(wantedVersion.name)
    }`;
    return [{ path: "version", text, breaking: true }];
  }
  const foreign = oldVersions.filter((v) => v !== oldVersion).map((v) => ({
    path: "version",
    text: `Version ${String(v.name)} was removed`,
    breaking: false,
  }));
  return [
    ...foreign,
    ...compareSchemas(schemaOf(oldVersion), schemaOf(wantedVersion)),
    ...compareVersions(oldVersion, wantedVersion),
    ...compareNames(old, wanted),
    ...compareMetadata(live, desired),
  ];
}

function compareVersions(old: JsonObject, wanted: JsonObject): CrdChange[] {
  const changes: CrdChange[] = [];
  if (old.served !== wanted.served) {
    const text = `Type changed from ${String(old.served)} to ${String(wanted.served)}`;
    changes.push({ path: "version.served", text, breaking: wanted.served === false });
  }
  const [had, has] = [old, wanted].map((v) => isObject(object(v.subresources).status));
  if (had !== has) {
    const text = `Property status was ${has ? "added" : "removed"}`;
    changes.push({ path: "version.subresources.status", text, breaking: !has });
  }
  if (!jsonEqual(columns(old), columns(wanted))) {
    const text = "Printer columns were changed";
    changes.push({ path: "version.additionalPrinterColumns", text, breaking: false });
  }
  return changes;
}

function compareNames(old: JsonObject, wanted: JsonObject): CrdChange[] {
  const changes: CrdChange[] = [];
  if (old.scope !== wanted.scope) {
    const text = `Scope changed from ${String(old.scope)} to ${String(wanted.scope)}`;
    changes.push({ path: "scope", text, breaking: true });
  }
  const [from, to] = [object(old.names), object(wanted.names)];
  for (const key of ["plural", "singular", "kind", "listKind", "shortNames", "categories"]) {
    if (jsonEqual(filled(from[key]), filled(to[key]))) continue;
    const breaking = key === "plural" || key === "kind";
    changes.push({ path: `names.${key}`, text: `Names were changed: ${key}`, breaking });
  }
  return changes;
}

/**
 * Compares the labels and annotations that the desired CRD has. Additional labels and annotations of the
 * live CRD are not a change.
 */
function compareMetadata(live: KubeObject, desired: KubeObject): CrdChange[] {
  const changes: CrdChange[] = [];
  for (const field of ["labels", "annotations"] as const) {
    for (const [key, value] of Object.entries(desired.metadata?.[field] ?? {})) {
      if (live.metadata?.[field]?.[key] === value) continue;
      const text = `Metadata was changed: ${key}`;
      changes.push({ path: `metadata.${field}["${key}"]`, text, breaking: false });
    }
  }
  return changes;
}

/**
 * Returns the printer columns of a CRD version in the form in which they are compared. Empty fields are
 * removed, because the API server omits them. The descriptions of the three default columns are removed,
 * because only upstream kro writes these descriptions.
 */
function columns(version: JsonObject): Json {
  const list = version.additionalPrinterColumns;
  return (Array.isArray(list) ? list : []).map((each) => {
    const column = object(each);
    const own = ["State", "Ready", "Age"].includes(String(column.name));
    return Object.fromEntries(
      Object.entries(column).filter(([k, v]) =>
        v !== "" && v !== 0 && !(own && k === "description")
      ),
    );
  });
}

function versions(spec: JsonObject): JsonObject[] {
  return Array.isArray(spec.versions) ? spec.versions.filter(isObject) : [];
}

function schemaOf(version: JsonObject): JsonObject {
  return object(object(version.schema).openAPIV3Schema);
}

function object(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

/**
 * Returns a value in the form in which it is compared: null for an absent value and for an empty list, and
 * any other value unchanged. Absent, empty and null therefore count as equal.
 */
function filled(value: Json | undefined): Json {
  return value === undefined || (Array.isArray(value) && value.length === 0) ? null : value;
}
