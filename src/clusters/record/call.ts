/** The calls of a pass to the interface `Cluster`, as a record stores them. */
import {
  ApiError,
  type ApiErrorDetails,
  groupKind,
  gvkKey,
  type Json,
  type ObjectRef,
  refKey,
} from "../../api/mod.ts";
import type {
  ApplyOptions,
  CollectionRef,
  DeleteOptions,
  ExternalSelection,
  GroupKind,
  ListScope,
  ServesOptions,
} from "../../reconcile/mod.ts";

/** An {@link ApiError} as JSON. */
export interface RecordedError extends Omit<ApiErrorDetails, "cause"> {
  /** The message of the error. */
  message: string;
}

/** One call with its result. */
export interface RecordedCall {
  /** The method and its arguments, as {@link request} formats them. */
  request: string;
  /** The value that the call returned; absent when the call failed or returned undefined. */
  answer?: Json;
  /** The error of a failed call. */
  error?: RecordedError;
}

/**
 * Formats calls as strings. Equal calls have equal strings. The desired object of an apply is left out, so
 * that a replay also finds the answer if an expression has another result than in the recorded pass.
 */
export const request = {
  /** Formats a call of `Cluster.get`. */
  get: (ref: ObjectRef): string => `get ${refKey(ref)}`,
  /** Formats a call of `Cluster.getExternal`. */
  getExternal: (ref: ObjectRef): string => `getExternal ${refKey(ref)}`,
  /** Formats a call of `Cluster.getLive`. */
  getLive: (ref: ObjectRef): string => `getLive ${refKey(ref)}`,
  /** Formats a call of `Cluster.listMembers`. */
  listMembers: (scope: ListScope, applySet: string, uid?: string, thorough?: boolean): string =>
    `listMembers ${scopeText(scope)} ${applySet} ${uid ?? ""}${thorough ? " thorough" : ""}`,
  /** Formats a call of `Cluster.listMembersLive`. */
  listMembersLive: (scope: ListScope, applySet: string, uid?: string): string =>
    `listMembersLive ${scopeText(scope)} ${applySet} ${uid ?? ""}`,
  /** Formats a call of `Cluster.listCollection`. */
  listCollection: ({ kind, instanceUid, nodeId }: CollectionRef): string =>
    `listCollection ${gvkKey(kind)} ${instanceUid} ${nodeId}`,
  /** Formats a call of `Cluster.listExternal`. */
  listExternal: (selection: ExternalSelection): string =>
    `listExternal ${scopeText(selection)} ${selection.labelSelector ?? ""}`,
  /** Formats a call of `Cluster.apply`. */
  apply: (ref: ObjectRef, { force }: ApplyOptions): string =>
    `apply ${refKey(ref)}${force ? " force" : ""}`,
  /** Formats a call of `Cluster.delete`. */
  delete: (ref: ObjectRef, { uid }: DeleteOptions): string => `delete ${refKey(ref)} ${uid}`,
  /** Formats a call of `Cluster.patch`. */
  patch: (ref: ObjectRef): string => `patch ${refKey(ref)}`,
  /** Formats a call of `Cluster.writeStatus`. */
  writeStatus: (ref: ObjectRef): string => `writeStatus ${refKey(ref)}`,
  /** Formats a call of `Cluster.serves`. */
  serves: (kind: GroupKind, { fresh }: ServesOptions = {}): string =>
    `serves ${groupKind(kind)}${fresh ? " fresh" : ""}`,
};

function scopeText({ kind, namespace = "" }: ListScope): string {
  return `${gvkKey(kind)} ${namespace}`;
}

/** Converts an error to JSON. The stack and the underlying error are left out. */
export function recordedError(error: ApiError): RecordedError {
  const { message, reason, code, causes, isKindMissing, retryAfterSeconds, answer } = error;
  return {
    message,
    reason,
    ...(code !== undefined && { code }),
    ...(causes.length > 0 && { causes: [...causes] }),
    ...(isKindMissing && { isKindMissing }),
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
    ...(answer !== undefined && { answer }),
  };
}

/** Converts a recorded error back to an {@link ApiError}. */
export function apiErrorOf({ message, ...details }: RecordedError): ApiError {
  return new ApiError(message, details);
}
