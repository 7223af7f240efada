/** Kubernetes objects as JSON: what every room passes around. */

/** Any JSON value, as it comes from or goes to the API server; bigint are integers that are no exact number. */
export type Json = null | boolean | number | bigint | string | Json[] | JsonObject;

/** A JSON object. */
export interface JsonObject {
  /** Fields. */
  [key: string]: Json | undefined;
}

/** An owner reference of an object's metadata. */
export interface OwnerReference {
  /** Of the owner. */
  apiVersion: string;
  /** Of the owner. */
  kind: string;
  /** Of the owner. */
  name: string;
  /** Of the owner. */
  uid: string;
  /** The owner is the managing controller. */
  controller?: boolean;
  /** Foreground deletion of the owner waits for this object. */
  blockOwnerDeletion?: boolean;
}

/** One entry of `metadata.managedFields`: who wrote which fields, and when. */
export interface ManagedFieldsEntry {
  /** Who wrote. */
  manager?: string;
  /** By server-side apply, or otherwise. */
  operation?: "Apply" | "Update";
  /** Version that `fieldsV1` speaks. */
  apiVersion?: string;
  /** RFC 3339, seconds. */
  time?: string;
  /** Always `FieldsV1`. */
  fieldsType?: string;
  /** The fields, as a tree of `f:`, `k:`, `v:` and `i:` keys. */
  fieldsV1?: JsonObject;
  /** Such as `status`. */
  subresource?: string;
}

/** The part of ObjectMeta that kro reads or writes. */
export interface ObjectMeta {
  /** Name. */
  name?: string;
  /** Prefix of a name that the server makes. */
  generateName?: string;
  /** Namespace, when it has one. */
  namespace?: string;
  /** Set by the server, never used twice. */
  uid?: string;
  /** Changes with every write. */
  resourceVersion?: string;
  /** Changes with the spec. */
  generation?: number;
  /** RFC 3339. */
  creationTimestamp?: string;
  /** RFC 3339; set while finalizers hold the object. */
  deletionTimestamp?: string;
  /** Labels. */
  labels?: Record<string, string>;
  /** Annotations. */
  annotations?: Record<string, string>;
  /** Who must be done before it goes. */
  finalizers?: string[];
  /** Owners for garbage collection. */
  ownerReferences?: OwnerReference[];
  /** Who wrote which fields. */
  managedFields?: ManagedFieldsEntry[];
}

/** Any Kubernetes object: type, metadata, and the rest untyped. */
export interface KubeObject {
  /** Group and version. */
  apiVersion: string;
  /** Kind. */
  kind: string;
  /** Metadata. */
  metadata: ObjectMeta;
  /** `spec`, `status`, `data` … */
  [field: string]: unknown;
}

/** Group, version and kind; the core group is the empty string. */
export interface GroupVersionKind {
  /** Empty for the core group. */
  group: string;
  /** Such as `v1`. */
  version: string;
  /** Such as `Deployment`. */
  kind: string;
}

/** A kind together with what a request needs: its plural and whether it is namespaced. */
export interface KindRef extends GroupVersionKind {
  /** The resource name in URLs, such as `deployments`. */
  plural: string;
  /** Objects live in namespaces. */
  namespaced: boolean;
}

/** One object by kind, namespace (absent for cluster-scoped kinds) and name. */
export interface ObjectRef {
  /** Its kind. */
  kind: KindRef;
  /** Absent for cluster-scoped kinds. */
  namespace?: string;
  /** Its name. */
  name: string;
}

/** `apps/v1`, or `v1` for the core group. */
export function apiVersionOf(gvk: { group: string; version: string }): string {
  return gvk.group === "" ? gvk.version : `${gvk.group}/${gvk.version}`;
}

/** Splits `apps/v1` and a kind; undefined when the text has more than one slash or an empty part. */
export function parseGvk(apiVersion: string, kind: string): GroupVersionKind | undefined {
  const parts = apiVersion.split("/");
  if (parts.length > 2 || parts.some((p) => p === "") || kind === "") return undefined;
  return parts.length === 1
    ? { group: "", version: parts[0]!, kind }
    : { group: parts[0]!, version: parts[1]!, kind };
}

/** A map key for a kind: `Deployment.v1.apps`, core kinds end in a dot as kubectl prints them. */
export function gvkKey(gvk: GroupVersionKind): string {
  return `${gvk.kind}.${gvk.version}.${gvk.group}`;
}

/** `Kind.group`, or `Kind` for the core group: how an ApplySet names kinds (KEP-3659). */
export function groupKind(gvk: { group: string; kind: string }): string {
  return gvk.group === "" ? gvk.kind : `${gvk.kind}.${gvk.group}`;
}

/** A map key for an object within one cluster. */
export function refKey(ref: ObjectRef): string {
  return `${gvkKey(ref.kind)}/${ref.namespace ?? ""}/${ref.name}`;
}

/** How messages name an object: `Deployment.apps kro/httpbin`, without namespace when it has none. */
export function refText(ref: ObjectRef): string {
  const name = ref.namespace ? `${ref.namespace}/${ref.name}` : ref.name;
  return `${groupKind(ref.kind)} ${name}`;
}

/** True for a JSON object: neither null nor an array. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A copy of the kind without properties that an implementation adds, such as its schema. */
export function plainKind({ group, version, kind, plural, namespaced }: KindRef): KindRef {
  return { group, version, kind, plural, namespaced };
}
