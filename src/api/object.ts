/** Kubernetes objects as JSON. */

/** Any JSON value. A bigint is an integer that a number cannot hold exactly; see {@link parseJson}. */
export type Json = null | boolean | number | bigint | string | Json[] | JsonObject;

/** A JSON object. */
export interface JsonObject {
  /** The fields. */
  [key: string]: Json | undefined;
}

/** An owner reference of an object's metadata. */
export interface OwnerReference {
  /** The owner's group and version. */
  apiVersion: string;
  /** The owner's kind. */
  kind: string;
  /** The owner's name. */
  name: string;
  /** The owner's UID. */
  uid: string;
  /** Whether the owner is the managing controller. */
  controller?: boolean;
  /** Whether foreground deletion of the owner waits for this object. */
  blockOwnerDeletion?: boolean;
}

/** An entry of `metadata.managedFields`: the fields that a manager owns. */
export interface ManagedFieldsEntry {
  /** The field manager. */
  manager?: string;
  /** Whether the manager wrote by server-side apply or by other requests. */
  operation?: "Apply" | "Update";
  /** The version of the object to which `fieldsV1` refers. */
  apiVersion?: string;
  /** The RFC 3339 time of the last change, in whole seconds. */
  time?: string;
  /** Always `FieldsV1`. */
  fieldsType?: string;
  /** The fields, as a tree of `f:`, `k:`, `v:` and `i:` keys. */
  fieldsV1?: JsonObject;
  /** The subresource, such as `status`; absent for the object itself. */
  subresource?: string;
}

/** The part of ObjectMeta that kro reads or writes. */
export interface ObjectMeta {
  /** The name. */
  name?: string;
  /** The prefix of a name that the server generates. */
  generateName?: string;
  /** The namespace; absent for cluster-scoped objects. */
  namespace?: string;
  /** The identity of the object, set by the server and never reused. */
  uid?: string;
  /** An opaque version that changes with every write. */
  resourceVersion?: string;
  /** A number that increases with every change of the spec. */
  generation?: number;
  /** The RFC 3339 time of creation. */
  creationTimestamp?: string;
  /** The RFC 3339 time at which deletion was requested; finalizers keep the object until they are removed. */
  deletionTimestamp?: string;
  /** The labels. */
  labels?: Record<string, string>;
  /** The annotations. */
  annotations?: Record<string, string>;
  /** The finalizers, which must all be removed before the object is deleted. */
  finalizers?: string[];
  /** The owners, for garbage collection. */
  ownerReferences?: OwnerReference[];
  /** The fields that each manager owns. */
  managedFields?: ManagedFieldsEntry[];
}

/** Any Kubernetes object. Only its type and metadata are typed. */
export interface KubeObject {
  /** The group and version. */
  apiVersion: string;
  /** The kind. */
  kind: string;
  /** The metadata. */
  metadata: ObjectMeta;
  /** The other fields, such as `spec`, `status` and `data`. */
  [field: string]: unknown;
}

/** A kind: group, version and name. */
export interface GroupVersionKind {
  /** The group; empty for the core group. */
  group: string;
  /** The version, such as `v1`. */
  version: string;
  /** The kind, such as `Deployment`. */
  kind: string;
}

/** A kind with its plural and scope, which requests need. */
export interface KindRef extends GroupVersionKind {
  /** The resource name in URLs, such as `deployments`. */
  plural: string;
  /** Whether its objects are namespaced. */
  namespaced: boolean;
}

/** A reference to one object. */
export interface ObjectRef {
  /** The kind. */
  kind: KindRef;
  /** The namespace; absent for cluster-scoped kinds. */
  namespace?: string;
  /** The name. */
  name: string;
}

/** The apiVersion of a kind: `apps/v1`, or `v1` for the core group. */
export function apiVersionOf(gvk: { group: string; version: string }): string {
  return gvk.group === "" ? gvk.version : `${gvk.group}/${gvk.version}`;
}

/** Parses an apiVersion such as `apps/v1`; undefined when it, or the kind, is malformed. */
export function parseGvk(apiVersion: string, kind: string): GroupVersionKind | undefined {
  const parts = apiVersion.split("/");
  if (parts.length > 2 || parts.some((p) => p === "") || kind === "") return undefined;
  return parts.length === 1
    ? { group: "", version: parts[0]!, kind }
    : { group: parts[0]!, version: parts[1]!, kind };
}

/** A map key for a kind, such as `Deployment.v1.apps`; keys of core kinds end in a dot. */
export function gvkKey(gvk: GroupVersionKind): string {
  return `${gvk.kind}.${gvk.version}.${gvk.group}`;
}

/** The text `Kind.group`, or `Kind` for the core group, as ApplySets name kinds (KEP-3659). */
export function groupKind(gvk: { group: string; kind: string }): string {
  return gvk.group === "" ? gvk.kind : `${gvk.kind}.${gvk.group}`;
}

/** A map key for an object, unique within a cluster. */
export function refKey(ref: ObjectRef): string {
  return `${gvkKey(ref.kind)}/${ref.namespace ?? ""}/${ref.name}`;
}

/** The text of a reference for messages, such as `Deployment.apps kro/httpbin`. */
export function refText(ref: ObjectRef): string {
  const name = ref.namespace ? `${ref.namespace}/${ref.name}` : ref.name;
  return `${groupKind(ref.kind)} ${name}`;
}

/** Whether a value is a JSON object: neither null nor an array. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A copy of a kind without further properties, such as a schema. */
export function plainKind({ group, version, kind, plural, namespaced }: KindRef): KindRef {
  return { group, version, kind, plural, namespaced };
}
