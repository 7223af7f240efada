/** Paths of the API server: `/api/v1/…` for the core group, else `/apis/<group>/<version>/…`. */
import type { KindRef } from "../api/mod.ts";
import type { ListOptions } from "./types.ts";

/** The parts of a path after group and version. */
export interface PathParts {
  /** Namespace; absent for all namespaces and for cluster-scoped kinds. */
  namespace?: string;
  /** Name of the object; absent for the collection. */
  name?: string;
  /** Subresource, such as `status`. */
  subresource?: string;
}

/** Returns the path of a collection or of one object; each segment is percent-encoded. */
export function kindPath(kind: KindRef, parts: PathParts = {}): string {
  const root = kind.group === "" ? ["api"] : ["apis", kind.group];
  const segments = [...root, kind.version];
  if (kind.namespaced && parts.namespace) segments.push("namespaces", parts.namespace);
  segments.push(kind.plural);
  if (parts.name) segments.push(parts.name);
  if (parts.subresource) segments.push(parts.subresource);
  return "/" + segments.map(encodeURIComponent).join("/");
}

/** Returns a resource as RBAC and kubectl write it: `deployments.apps`, `pods/status`. */
export function resourceText(kind: KindRef, subresource?: string): string {
  const resource = kind.group === "" ? kind.plural : `${kind.plural}.${kind.group}`;
  return subresource ? `${resource}/${subresource}` : resource;
}

/** Returns the query of a list or watch with its selectors. */
export function selectionQuery(options: ListOptions): URLSearchParams {
  const query = new URLSearchParams();
  if (options.labelSelector) query.set("labelSelector", options.labelSelector);
  if (options.fieldSelector) query.set("fieldSelector", options.fieldSelector);
  return query;
}

/** Joins path and query; an empty query adds no `?`. */
export function withQuery(path: string, query: URLSearchParams): string {
  const text = query.toString();
  return text === "" ? path : `${path}?${text}`;
}
