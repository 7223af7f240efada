/** Classifies the errors of lists and watches. */
import { ApiError } from "../api/mod.ts";

/**
 * Reports whether the API server refused the request: RBAC forbids the request (403), or the kind does not
 * support the verb (405).
 */
export function isRefused(error: unknown): boolean {
  return error instanceof ApiError && (error.reason === "Forbidden" || error.code === 405);
}

/**
 * Reports whether a watch cannot continue from its resourceVersion, so that the next request must be a
 * list.
 */
export function isPositionLost(error: unknown): boolean {
  if (!(error instanceof ApiError)) return false;
  // Gone: the resourceVersion has expired. NotFound: the kind was deleted, and a kind that is created again
  // under the same name has other objects. ResourceVersionTooLarge: the API server does not have this
  // resourceVersion, for example after a restore of etcd.
  return error.reason === "Gone" || error.reason === "NotFound" ||
    error.causes.some((cause) => cause.reason === "ResourceVersionTooLarge");
}
