/** Reduces objects to the parts that the watch caches keep. */
import type { Json, JsonObject, KubeObject } from "../../api/mod.ts";
import { partOf, type Reads } from "../../cel/mod.ts";

const IDENTITY = ["name", "namespace", "uid", "resourceVersion"] as const;

/**
 * Returns the part of an object that CEL expressions read; undefined when expressions read nothing of the
 * object. The apiVersion, kind, name, namespace, UID and resourceVersion are left out, because the cache
 * stores them elsewhere. Finalizers or managed fields that an expression reads are kept in full, because kro
 * itself reads them too.
 */
export function readPart(object: KubeObject, reads: Reads): JsonObject | undefined {
  const part = partOf(object as unknown as Json, reads) as Partial<KubeObject>;
  const { apiVersion: _version, kind: _kind, metadata, ...rest } = part;
  const more = { ...metadata };
  if (!isIterated(reads)) { for (const field of IDENTITY) delete more[field]; }
  const { finalizers, managedFields } = object.metadata;
  if (more.finalizers) more.finalizers = finalizers;
  if (more.managedFields) more.managedFields = managedFields;
  const kept = Object.keys(more).length > 0 ? { metadata: more, ...rest } : rest;
  return Object.keys(kept).length > 0 ? kept as JsonObject : undefined;
}

/** Reduces an external object to its identity, its labels and the paths that expressions read. */
export function foreignPart(object: KubeObject, reads: Reads): KubeObject {
  const { metadata, ...rest } = (readPart(object, reads) ?? {}) as Partial<KubeObject>;
  const { name, namespace, uid, resourceVersion, labels, deletionTimestamp } = object.metadata;
  const own = { name, namespace, uid, resourceVersion, labels, deletionTimestamp };
  const all = { ...metadata };
  for (const [field, value] of Object.entries(own)) {
    if (value !== undefined) Object.assign(all, { [field]: value });
  }
  return { apiVersion: object.apiVersion, kind: object.kind, metadata: all, ...rest };
}

/**
 * Returns whether an expression may iterate the metadata of an object. The order of the metadata's keys must
 * then be kept.
 */
function isIterated(reads: Reads): boolean {
  const metadata = reads === "whole" ? reads : reads.get("metadata") ?? reads.get("*");
  return metadata === "whole" || metadata?.has("*") === true;
}
