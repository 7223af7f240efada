/** What differs between the live CRD and the one that a graph wants, and what that breaks. */
import { isObject, type Json, jsonEqual, type JsonObject, type KubeObject } from "../api/mod.ts";
import { compareSchemas } from "./compare_schema.ts";

/** One difference. */
export interface CrdChange {
  /** The field (`spec.replicas`, `spec.ports[].name`), or the place in the CRD (`names.shortNames`). */
  path: string;
  /** What happened, such as `Property size was removed`. */
  text: string;
  /** Instances that exist, or clients that were right until now, may stop working. */
  breaking: boolean;
}

/** Compares version, schema, columns, names, scope and metadata; empty when nothing is to be written. */
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

/** Labels and annotations that others put on the live object are theirs. */
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

/** Columns without what the API server leaves out, and without what upstream says of its own three. */
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

/** Null and an empty list are the same as absent. */
function filled(value: Json | undefined): Json {
  return value === undefined || (Array.isArray(value) && value.length === 0) ? null : value;
}
