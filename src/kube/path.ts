/**
 * Builds URL paths of the Kubernetes API. Paths of the core group start with `/api/v1`, and paths of other
 * groups with `/apis/<group>/<version>`.
 */
import { ApiError, type KindRef, shortened } from "../api/mod.ts";
import type { ListOptions } from "./types.ts";

/** The parts of a URL path after the API group and version. */
export interface PathParts {
  /** The namespace in the path; absent for all namespaces and for cluster-scoped kinds. */
  namespace?: string;
  /** The name of the object; absent in the path of a collection. */
  name?: string;
  /** The name of the subresource, such as `status`; absent in the path of the object itself. */
  subresource?: string;
}

/**
 * Returns the URL path of a collection or of one object. Each segment of the path is percent-encoded.
 *
 * @throws an {@link ApiError} with reason BadRequest for a segment that is empty, `.` or `..`, or contains `/`
 * or `%`. client-go refuses the same segments (apimachinery, `IsValidPathSegmentName`). A path with such a
 * segment could lead to another resource. With an empty name, a DELETE request would delete all objects.
 */
export function kindPath(kind: KindRef, parts: PathParts = {}): string {
  const root = kind.group === "" ? ["api"] : ["apis", kind.group];
  const segments = [...root, kind.version];
  if (kind.namespaced && parts.namespace) segments.push("namespaces", parts.namespace);
  segments.push(kind.plural);
  if (parts.name !== undefined) segments.push(parts.name);
  if (parts.subresource) segments.push(parts.subresource);
  return "/" + segments.map(encodedSegment).join("/");
}

function encodedSegment(segment: string): string {
  if (!["", ".", ".."].includes(segment) && !/[/%]/.test(segment)) {
    return encodeURIComponent(segment.toWellFormed());
  }
  const message = `invalid name or namespace ${JSON.stringify(shortened(segment, 253))}: ` +
    'it may not be empty, "." or "..", and may not contain "/" or "%"';
  throw new ApiError(message, { reason: "BadRequest" });
}

/**
 * Returns the name of a resource as RBAC and kubectl write it, such as `deployments.apps` or `pods/status`.
 */
export function resourceText(kind: KindRef, subresource?: string): string {
  const resource = kind.group === "" ? kind.plural : `${kind.plural}.${kind.group}`;
  return subresource ? `${resource}/${subresource}` : resource;
}

/** Returns the query parameters of a list or watch that contain its label selector and field selector. */
export function selectionQuery(options: ListOptions): URLSearchParams {
  const query = new URLSearchParams();
  if (options.labelSelector) query.set("labelSelector", options.labelSelector);
  if (options.fieldSelector) query.set("fieldSelector", options.fieldSelector);
  return query;
}

/** Joins a path and a query string. An empty query string adds no `?`. */
export function withQuery(path: string, query: URLSearchParams): string {
  const text = query.toString();
  return text === "" ? path : `${path}?${text}`;
}
