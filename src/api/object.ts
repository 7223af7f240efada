/** Kubernetes objects as JSON: what every room passes around. */

/** Any JSON value, as it comes from or goes to the API server. */
export type Json = null | boolean | number | string | Json[] | JsonObject;

/** A JSON object. */
export interface JsonObject {
  [key: string]: Json | undefined;
}

/** An owner reference of an object's metadata. */
export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}

/** One entry of `metadata.managedFields`: who wrote which fields, and when. */
export interface ManagedFieldsEntry {
  manager?: string;
  operation?: "Apply" | "Update";
  apiVersion?: string;
  time?: string;
  fieldsType?: string;
  fieldsV1?: JsonObject;
  subresource?: string;
}

/** The part of ObjectMeta that kro reads or writes. */
export interface ObjectMeta {
  name?: string;
  generateName?: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  finalizers?: string[];
  ownerReferences?: OwnerReference[];
  managedFields?: ManagedFieldsEntry[];
}

/** Any Kubernetes object: type, metadata, and the rest untyped. */
export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  [field: string]: unknown;
}

/** Group, version and kind; the core group is the empty string. */
export interface GroupVersionKind {
  group: string;
  version: string;
  kind: string;
}

/** A kind together with what a request needs: its plural and whether it is namespaced. */
export interface KindRef extends GroupVersionKind {
  /** The resource name in URLs, such as `deployments`. */
  plural: string;
  namespaced: boolean;
}

/** One object by kind, namespace (absent for cluster-scoped kinds) and name. */
export interface ObjectRef {
  kind: KindRef;
  namespace?: string;
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
