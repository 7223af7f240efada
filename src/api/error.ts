/**
 * The error class for failed requests to the API server. Programs branch on the `reason` of an error and
 * never on its message.
 */
import { MAX_MESSAGE, shortened } from "./shorten.ts";

/**
 * The reason why a request failed. The reason comes from the API server (metav1.StatusReason), or from kro
 * when the request failed before the API server responded.
 */
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
  /** The object is too large for the API server or for etcd, so the same request will never succeed. */
  | "TooLarge"
  | "ServerError"
  | "Timeout"
  /** The request was not sent, because this process does not hold the Lease or is stopping. */
  | "Withheld"
  | "Unreachable"
  | "Other";

/** One cause in the details of a failed request (metav1.StatusCause). */
export interface StatusCause {
  /** The reason of this cause, such as `FieldManagerConflict`. */
  reason?: string;
  /** The message of the API server about this cause. */
  message?: string;
  /** The JSON path of the field that this cause is about. */
  field?: string;
}

/** The values from which an {@link ApiError} is created. */
export interface ApiErrorDetails {
  /** The reason why the request failed. */
  reason: ApiErrorReason;
  /** The HTTP status of the response; absent when the API server did not respond. */
  code?: number;
  /** The causes that the API server's response lists. */
  causes?: StatusCause[];
  /** Whether the API server does not serve the kind of the requested object. */
  isKindMissing?: boolean;
  /** The value of the Retry-After header, in seconds. */
  retryAfterSeconds?: number;
  /**
   * The last part of the error's message, which the API server wrote. This part may quote values of the
   * object.
   */
  answer?: string;
  /** The underlying error. */
  cause?: unknown;
}

/** The error for a failed request to the API server. */
export class ApiError extends Error {
  /** Always `ApiError`. */
  override readonly name = "ApiError";
  /** The reason why the request failed. */
  readonly reason: ApiErrorReason;
  /** The HTTP status of the response; absent when the API server did not respond. */
  readonly code?: number;
  /** The causes that the API server lists in a response with status 409 or 422, one for each field. */
  readonly causes: readonly StatusCause[];
  /** Whether the API server does not serve the kind of the requested object. */
  readonly isKindMissing: boolean;
  /** The time to wait before a retry, as the API server demands, in seconds. */
  readonly retryAfterSeconds?: number;
  /** The last part of the message, which the API server wrote; absent when kro wrote the whole message. */
  readonly answer?: string;

  /**
   * Creates an error for a failed request.
   *
   * @param message The message for people, which names the request and repeats the API server's message. A
   * long message is cut.
   */
  constructor(message: string, details: ApiErrorDetails) {
    super(bounded(message, details.answer), { cause: details.cause });
    this.reason = details.reason;
    this.code = details.code;
    this.causes = details.causes ?? [];
    this.isKindMissing = details.isKindMissing ?? false;
    this.retryAfterSeconds = details.retryAfterSeconds;
    this.answer = details.answer === undefined || message.length <= MAX_MESSAGE
      ? details.answer
      : shortened(details.answer, MAX_MESSAGE / 2);
  }
}

/** Reports whether an error means that the object or its kind does not exist (HTTP status 404). */
export function isNotFound(error: unknown): boolean {
  return error instanceof ApiError && error.reason === "NotFound";
}

/**
 * Reports whether the API server refused a write with the reason Conflict (HTTP status 409). There are two
 * causes: the object does not have the UID or the resourceVersion that the write requires, or another field
 * manager owns a field that the write applies.
 */
export function isConflict(error: unknown): boolean {
  return error instanceof ApiError && error.reason === "Conflict";
}

/**
 * Reports whether a write failed because another client changed, replaced or created the object first. The
 * object must then be read again.
 */
export function isOutrun(error: unknown): boolean {
  return isConflict(error) || (error instanceof ApiError && error.reason === "AlreadyExists");
}

/**
 * Reports whether an error means that the requested resourceVersion has expired (HTTP status 410), so that
 * the client has to relist.
 */
export function isGone(error: unknown): boolean {
  return error instanceof ApiError && error.reason === "Gone";
}

/** Returns the message of a caught value. A value that is not an Error is converted to a string. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The text that replaces the cause in a message when the cause may quote the value of a Secret. */
export const WITHHELD = "the cause is withheld, because it may quote the value of a Secret";

/**
 * Matches the start of kube-apiserver's message for a missing permission. kube-apiserver checks permissions
 * before it reads the body of a request, so the message quotes no value of the object. Messages of admission
 * webhooks and policies start differently.
 */
const NO_PERMISSION =
  /^[\w.\/-]+(?: "[^"\s]*")? is forbidden: User "[^"\n]*" cannot [a-z]+ resource "/;

/**
 * Returns the message of an error without the part that the API server, an admission webhook or a policy
 * wrote, because this part may quote any value of the object. The returned message contains the request, the
 * reason, and the start of the path of each refused field. A message about a missing permission is returned
 * unchanged, because such a message quotes no value.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { ApiError, withoutAnswer } from "./mod.ts";
 *
 * const answer = 'Service "a" is invalid: spec.clusterIPs: Invalid value: "hunter2"';
 * const causes = [{ field: "spec.clusterIPs[0]" }];
 * const details = { reason: "Invalid", code: 422, answer, causes } as const;
 * const text = withoutAnswer(new ApiError(`apply services a: ${answer}`, { ...details, causes }));
 * assert.match(text, /^apply services a: Invalid \(HTTP 422\) in spec\.clusterIPs; the cause is withheld/);
 * ```
 */
export function withoutAnswer(error: ApiError): string {
  const { message, answer, reason, code, causes } = error;
  if (answer === undefined) return message;
  if (code === 403 && NO_PERMISSION.test(answer)) return message;
  const request = message.endsWith(answer) ? message.slice(0, -answer.length) : "";
  const fields = new Set(causes.flatMap(({ field }) => publicField(field) ?? []));
  const where = fields.size === 0 ? "" : ` in ${[...fields].slice(0, 4).join(", ")}`;
  return `${request}${reason}${code === undefined ? "" : ` (HTTP ${code})`}${where}; ${WITHHELD}`;
}

/**
 * Returns the start of a field path: the first field name, and also the second field name below `metadata`
 * and `spec`. The rest of the path is left out, because it may contain keys of maps, which may be user data.
 */
export function publicField(field: string | undefined): string | undefined {
  const found = /^\.?((?:metadata|spec)\.[A-Za-z]+|[A-Za-z]+)(?=$|[.[])/.exec(field ?? "");
  return found?.[1];
}

/**
 * Shortens the message of an error. The API server's part of the message is shortened separately, so that
 * this part can still be removed from the end of the message.
 */
function bounded(message: string, answer: string | undefined): string {
  if (message.length <= MAX_MESSAGE) return message;
  if (answer === undefined || !message.endsWith(answer)) return shortened(message);
  const request = message.slice(0, message.length - answer.length);
  return shortened(request, MAX_MESSAGE / 2) + shortened(answer, MAX_MESSAGE / 2);
}
