/** URLs of the API server: `/api/v1/…` for the core group, `/apis/<group>/<version>/…` for all others. */
import type { KindRef } from "../api/mod.ts";
import type { ListOptions } from "./types.ts";

/** What follows the path of a kind. */
export interface PathParts {
  /** Absent: all namespaces, or a cluster-scoped kind. */
  namespace?: string;
  /** Absent: the collection. */
  name?: string;
  /** Such as `status`. */
  subresource?: string;
}

/** Path of a collection or of one object. */
export function kindPath(kind: KindRef, parts: PathParts = {}): string {
  const root = kind.group === "" ? ["api"] : ["apis", kind.group];
  const segments = [...root, kind.version];
  if (kind.namespaced && parts.namespace) segments.push("namespaces", parts.namespace);
  segments.push(kind.plural);
  if (parts.name) segments.push(parts.name);
  if (parts.subresource) segments.push(parts.subresource);
  return "/" + segments.map(encodeURIComponent).join("/");
}

/** `deployments.apps`, `pods/status`: how RBAC and kubectl write a resource. */
export function resourceText(kind: KindRef, subresource?: string): string {
  const resource = kind.group === "" ? kind.plural : `${kind.plural}.${kind.group}`;
  return subresource ? `${resource}/${subresource}` : resource;
}

/** Query of a list or watch from the options that select objects. */
export function selectionQuery(options: ListOptions): URLSearchParams {
  const query = new URLSearchParams();
  if (options.labelSelector) query.set("labelSelector", options.labelSelector);
  if (options.fieldSelector) query.set("fieldSelector", options.fieldSelector);
  return query;
}

/** Path and query as one; no `?` for an empty query. */
export function withQuery(path: string, query: URLSearchParams): string {
  const text = query.toString();
  return text === "" ? path : `${path}?${text}`;
}
