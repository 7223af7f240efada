/** The one place where an object is cut down to what the caches keep of it. */
import { isObject, type KubeObject, type ManagedFieldsEntry } from "../../api/mod.ts";
import type { Schema } from "../../openapi/mod.ts";
import { type Fingerprint, fingerprint, ourEntry } from "../drift.ts";

const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

/** What a cache keeps of an object. */
export interface Trimmed {
  /** The object, smaller. Frozen in spirit: everybody reads the same one. */
  object: KubeObject;
  /** The hashes of what we own, taken before trimming; absent when we own nothing. */
  print?: Fingerprint;
}

/**
 * Trims an object that came from the server. Of the managed fields only who wrote last is kept, our
 * own entry first: whether an object is a member at all is judged by it.
 */
export function trim(object: KubeObject, schema?: Schema): Trimmed {
  const print = fingerprint(object, schema);
  return { object: { ...object, metadata: trimMetadata(object) }, print };
}

function trimMetadata(object: KubeObject): KubeObject["metadata"] {
  const { managedFields: _fields, annotations, ...metadata } = object.metadata;
  const writer = ourEntry(object) ?? object.metadata.managedFields?.[0];
  const kept: KubeObject["metadata"] = { ...metadata };
  if (writer) kept.managedFields = [withoutFields(writer)];
  if (isObject(annotations)) {
    const { [LAST_APPLIED]: _config, ...others } = annotations;
    kept.annotations = others as Record<string, string>;
  }
  return kept;
}

function withoutFields({ manager, operation }: ManagedFieldsEntry): ManagedFieldsEntry {
  return { manager, operation };
}

/**
 * True when the object belongs to an instance by more than its labels, which controllers copy: it has
 * our Apply entry, or no managed fields at all.
 */
export function isOurs(object: KubeObject): boolean {
  const entries = object.metadata.managedFields ?? [];
  return entries.length === 0 || ourEntry(object) !== undefined;
}
