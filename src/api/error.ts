/** The API server's refusals as one error class: `reason` says what happened, never the text. */

/** The API server's own reasons (metav1.StatusReason), and what can go wrong before it answers. */
export type ApiErrorReason =
  | "NotFound"
  | "AlreadyExists"
  | "Conflict"
  | "Invalid"
  | "Forbidden"
  | "Unauthorized"
  | "BadRequest"
  | "Gone"
  | "TooManyRequests"
  | "ServerError"
  | "Timeout"
  /** Not sent: this program may not write at present, or is about to end. */
  | "Withheld"
  | "Unreachable"
  | "Other";

/** One entry of a Status' `details.causes`. */
export interface StatusCause {
  /** Such as `FieldManagerConflict`. */
  reason?: string;
  /** The server's text. */
  message?: string;
  /** JSON path of the field. */
  field?: string;
}

/** What an {@link ApiError} carries. */
export interface ApiErrorDetails {
  /** Why. */
  reason: ApiErrorReason;
  /** HTTP status; absent when no answer came. */
  code?: number;
  /** Fields that the server complains of. */
  causes?: StatusCause[];
  /** From Retry-After, in seconds. */
  retryAfterSeconds?: number;
  /** The error underneath. */
  cause?: unknown;
}

/** A request to the API server that did not succeed. */
export class ApiError extends Error {
  /** Always `ApiError`. */
  override readonly name = "ApiError";
  /** Why, in the API server's words. */
  readonly reason: ApiErrorReason;
  /** HTTP status; absent when no answer came. */
  readonly code?: number;
  /** The fields that a 409 or 422 complains of. */
  readonly causes: readonly StatusCause[];
  /** Seconds that the server asks to wait. */
  readonly retryAfterSeconds?: number;

  /** `message` is shown to users: it names the request and repeats the server's own text. */
  constructor(message: string, details: ApiErrorDetails) {
    super(message, { cause: details.cause });
    this.reason = details.reason;
    this.code = details.code;
    this.causes = details.causes ?? [];
    this.retryAfterSeconds = details.retryAfterSeconds;
  }
}

/** True when the error says that the object (or its kind) is not there. */
export function isNotFound(error: unknown): boolean {
  return error instanceof ApiError && error.reason === "NotFound";
}

/** True when the server no longer has the resourceVersion that was asked for (410): list again. */
export function isGone(error: unknown): boolean {
  return error instanceof ApiError && error.reason === "Gone";
}

/** The message of a caught value, which need not be an Error. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
