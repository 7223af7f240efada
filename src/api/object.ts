/** The JSON types of Kubernetes objects. */

/**
 * Any JSON value. A bigint is an integer that a JavaScript number cannot represent exactly; see {@link
 * parseJson}.
 */
export type Json = null | boolean | number | bigint | string | Json[] | JsonObject;

/** A JSON object. */
export interface JsonObject {
  /** The values of the object. The keys are the names of the fields. */
  [key: string]: Json | undefined;
}

/** An owner reference in the metadata of an object. */
export interface OwnerReference {
  /** The group and version of the owner, such as `apps/v1`. */
  apiVersion: string;
  /** The kind of the owner. */
  kind: string;
  /** The name of the owner. */
  name: string;
  /** The UID of the owner. */
  uid: string;
  /** Whether the owner is the controller that manages the object. */
  controller?: boolean;
  /** Whether a foreground deletion of the owner waits until this object is deleted. */
  blockOwnerDeletion?: boolean;
}

/** An entry of `metadata.managedFields`: the fields of an object that one field manager owns. */
export interface ManagedFieldsEntry {
  /** The name of the field manager. */
  manager?: string;
  /** Whether the manager wrote the fields by server-side apply (`Apply`) or by other requests (`Update`). */
  operation?: "Apply" | "Update";
  /** The API version that the field paths in `fieldsV1` refer to. */
  apiVersion?: string;
  /** The time at which the manager last changed the entry: RFC 3339, in whole seconds. */
  time?: string;
  /** The format of `fieldsV1`, which is always `FieldsV1`. */
  fieldsType?: string;
  /**
   * The owned fields as a tree. The prefix of a key tells what the key names: `f:` a field, `k:` a list
   * element by its key fields, `v:` a list element by its value, and `i:` a list element by its index.
   */
  fieldsV1?: JsonObject;
  /**
   * The subresource through which the fields were written, such as `status`; absent for the object itself.
   */
  subresource?: string;
}

/** The fields of metav1.ObjectMeta that kro reads or writes. */
export interface ObjectMeta {
  /** The name of the object. */
  name?: string;
  /** The prefix from which the API server generates the object's name. */
  generateName?: string;
  /** The namespace of the object; absent for cluster-scoped objects. */
  namespace?: string;
  /** The unique id of the object, which the API server sets and never uses again for another object. */
  uid?: string;
  /** The version of the object: an opaque string that changes with every write. */
  resourceVersion?: string;
  /** A number that increases with every change of the object's `spec`. */
  generation?: number;
  /** The time at which the object was created, in RFC 3339 format. */
  creationTimestamp?: string;
  /**
   * The time at which deletion of the object was requested, in RFC 3339 format. The object exists until all
   * finalizers are removed.
   */
  deletionTimestamp?: string;
  /** The labels of the object. */
  labels?: Record<string, string>;
  /** The annotations of the object. */
  annotations?: Record<string, string>;
  /** The finalizers of the object. A deleted object exists until all finalizers are removed. */
  finalizers?: string[];
  /**
   * The owners of the object. The garbage collector deletes the object after all of its owners are deleted.
   */
  ownerReferences?: OwnerReference[];
  /** The fields that each field manager owns. */
  managedFields?: ManagedFieldsEntry[];
}

/** Any Kubernetes object. Only apiVersion, kind and metadata have a static type. */
export interface KubeObject {
  /** The group and version of the object, such as `apps/v1`. */
  apiVersion: string;
  /** The kind of the object, such as `Deployment`. */
  kind: string;
  /** The metadata of the object. */
  metadata: ObjectMeta;
  /** The other fields of the object, such as `spec`, `status` and `data`. */
  [field: string]: unknown;
}

/** A Kubernetes kind, identified by its group, version and name. */
export interface GroupVersionKind {
  /** The API group of the kind; an empty string for the core group. */
  group: string;
  /** The API version of the kind, such as `v1`. */
  version: string;
  /** The name of the kind, such as `Deployment`. */
  kind: string;
}

/** A Kubernetes kind together with its plural and scope, which are needed to build request URLs. */
export interface KindRef extends GroupVersionKind {
  /** The resource name of the kind in URLs, such as `deployments`. */
  plural: string;
  /** Whether objects of the kind belong to a namespace. */
  namespaced: boolean;
}

/** The kind Event of the core group. */
export const EVENT_KIND: KindRef = {
  group: "",
  version: "v1",
  kind: "Event",
  plural: "events",
  namespaced: true,
};

/** A reference to one object in a cluster. */
export interface ObjectRef {
  /** The kind of the object. */
  kind: KindRef;
  /** The namespace of the object; absent for cluster-scoped kinds. */
  namespace?: string;
  /** The name of the object. */
  name: string;
}

/** Returns the `apiVersion` of a kind: `apps/v1`, or only `v1` for the core group. */
export function apiVersionOf(gvk: { group: string; version: string }): string {
  return gvk.group === "" ? gvk.version : `${gvk.group}/${gvk.version}`;
}

/**
 * Parses an `apiVersion` such as `apps/v1`. Returns undefined when the apiVersion or the kind is malformed.
 */
export function parseGvk(apiVersion: string, kind: string): GroupVersionKind | undefined {
  const parts = apiVersion.split("/");
  if (parts.length > 2 || parts.some((p) => p === "") || kind === "") return undefined;
  return parts.length === 1
    ? { group: "", version: parts[0]!, kind }
    : { group: parts[0]!, version: parts[1]!, kind };
}

/** Returns a map key for a kind, such as `Deployment.v1.apps`. The key of a core kind ends with a dot. */
export function gvkKey(gvk: GroupVersionKind): string {
  return `${gvk.kind}.${gvk.version}.${gvk.group}`;
}

/**
 * Returns `Kind.group`, or only `Kind` for the core group. ApplySets (KEP-3659) identify kinds in this
 * format.
 */
export function groupKind(gvk: { group: string; kind: string }): string {
  return gvk.group === "" ? gvk.kind : `${gvk.kind}.${gvk.group}`;
}

/** Returns a map key for an object. The key is unique within a cluster. */
export function refKey(ref: ObjectRef): string {
  return `${gvkKey(ref.kind)}/${ref.namespace ?? ""}/${ref.name}`;
}

/** Formats a reference for messages, such as `Deployment.apps kro/httpbin`. */
export function refText(ref: ObjectRef): string {
  const name = ref.namespace ? `${ref.namespace}/${ref.name}` : ref.name;
  return `${groupKind(ref.kind)} ${name}`;
}

/** Reports whether a value is a JSON object, which excludes null and arrays. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Returns a copy of a kind without additional properties, such as its schema. */
export function plainKind({ group, version, kind, plural, namespaced }: KindRef): KindRef {
  return { group, version, kind, plural, namespaced };
}
