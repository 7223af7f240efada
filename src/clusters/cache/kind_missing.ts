/** The error for a kind that the API server does not serve, and the name of the CRD that defines the kind. */
import { ApiError, type KindRef } from "../../api/mod.ts";

/**
 * Returns the error for a kind that the API server does not serve. The error has no status code, because no
 * request was sent.
 *
 * @param what The kind or object that was not read or written, as the message names it.
 */
export function kindMissing(verb: "apply" | "read", what: string): ApiError {
  const message = `${verb} ${what}: the API server does not serve this kind`;
  return new ApiError(message, { reason: "NotFound", isKindMissing: true });
}

/** Returns the name of the CRD that defines the kind, if a CRD defines it. */
export function crdNameOf({ plural, group }: KindRef): string {
  return `${plural}.${group}`;
}
