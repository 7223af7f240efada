/** Turns error responses and failed connections into errors that name the request. */
import {
  ApiError,
  type ApiErrorReason,
  errorText,
  isObject,
  shortened,
  type StatusCause,
} from "../api/mod.ts";
import type { ClusterConfig } from "./types.ts";

/** The error for a configuration that cannot be used. The message is one line and states what to change. */
export class ConfigError extends Error {
  /** The name of the error class, always `ConfigError`. */
  override readonly name = "ConfigError";
}

/**
 * The error for a missing cluster configuration: neither the flags, the environment variables, the pod nor
 * the home folder contain one.
 */
export class NoClusterError extends ConfigError {}

/** The error for a configuration file that does not exist. The caller may try another path. */
export class MissingFileError extends ConfigError {}

const byCode: Record<number, ApiErrorReason> = {
  400: "BadRequest",
  401: "Unauthorized",
  403: "Forbidden",
  404: "NotFound",
  409: "Conflict",
  410: "Gone",
  413: "TooLarge",
  422: "Invalid",
  429: "TooManyRequests",
  504: "Timeout",
};

const byReason: ReadonlyMap<string, ApiErrorReason> = new Map<string, ApiErrorReason>(
  Object.entries({
    NotFound: "NotFound",
    AlreadyExists: "AlreadyExists",
    Conflict: "Conflict",
    Invalid: "Invalid",
    Forbidden: "Forbidden",
    Unauthorized: "Unauthorized",
    BadRequest: "BadRequest",
    Gone: "Gone",
    Expired: "Gone",
    TooManyRequests: "TooManyRequests",
    Timeout: "Timeout",
  }),
);

/**
 * Returns the reason of a failed request: the reason in the response's Status if kro knows this reason,
 * otherwise a reason that corresponds to the HTTP status code.
 */
export function reasonOf(code: number, statusReason?: unknown): ApiErrorReason {
  const named = typeof statusReason === "string" ? byReason.get(statusReason) : undefined;
  return named ?? byCode[code] ?? (code >= 500 ? "ServerError" : "Other");
}

/**
 * Matches the messages about an object that is too large for etcd. The API server sends these messages with
 * status 500 (etcd's errors `ErrRequestTooLarge` and gRPC's `ResourceExhausted`).
 */
const TOO_LARGE_FOR_ETCD = /request is too large|trying to send message larger than max/;

/**
 * Returns the seconds to wait according to a Retry-After header. The header contains either seconds or a
 * date (RFC 9110, section 10.2.3). Returns undefined when the header contains neither.
 *
 * @param now The present time, in milliseconds since 1970.
 */
export function retryAfterOf(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  if (/^\d+$/.test(header.trim())) return Number(header);
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil((date - now) / 1000));
}

/**
 * Returns the error for a response with a status other than 2xx.
 *
 * @param request The request as messages name it: verb, resource and object.
 * @param body The response body: a Status object (metav1.Status), or the HTML page of a proxy.
 * @param parsed The value of the body's JSON, if the caller has parsed the body already.
 */
export function refusal(
  request: string,
  code: number,
  body: string,
  retryAfterSeconds?: number,
  parsed: unknown = jsonOf(body),
): ApiError {
  const status = isObject(parsed) && parsed.kind === "Status" ? parsed : undefined;
  const details = isObject(status?.details) ? status.details : {};
  const causes = Array.isArray(details.causes)
    ? details.causes.filter(isObject) as StatusCause[]
    : undefined;
  // A response with status 404 names the missing object or namespace. A response with status 404 that names
  // nothing means that the API server does not serve the kind.
  const isKindMissing = code === 404 &&
    (status ? details.name === undefined : /^404 page not found\s*$/.test(body));
  const message = typeof status?.message === "string" && status.message !== ""
    ? withShortValues(status.message, causes)
    : isKindMissing
    ? "the API server does not serve this kind"
    : `HTTP ${code} ${firstLine(body)}`.trimEnd();
  return new ApiError(`${request}: ${message}`, {
    reason: code === 500 && TOO_LARGE_FOR_ETCD.test(message)
      ? "TooLarge"
      : reasonOf(code, status?.reason),
    code,
    causes: causes?.map(withShortValue),
    answer: message,
    isKindMissing,
    retryAfterSeconds,
  });
}

/**
 * Returns the error for a connection that could not be established or was lost. The error is a ConfigError
 * when Deno lacks the permission to connect to the host, otherwise an ApiError.
 */
export function unreachable(request: string, config: ClusterConfig, error: unknown): Error {
  const where = hostOf(config.server);
  if (error instanceof Deno.errors.NotCapable) {
    return new ConfigError(`${request}: no permission: run with --allow-net=${where}`);
  }
  const cause = causeText(error);
  const hint = !/certificate/i.test(cause)
    ? ""
    : config.insecure
    ? `; insecure-skip-tls-verify needs --unsafely-ignore-certificate-errors=${hostName(where)}`
    : "; check the certificate authority";
  return new ApiError(
    `${request}: cannot reach ${where} (from ${config.origin}): ${cause}${hint}`,
    {
      reason: "Unreachable",
      cause: error,
    },
  );
}

/** Returns `host:port` of a URL. A URL without a port has the default port of its scheme. */
export function hostOf(server: string): string {
  const url = new URL(server);
  return `${url.hostname}:${url.port || (url.protocol === "http:" ? "80" : "443")}`;
}

/**
 * Returns the innermost error message of a failed fetch, without the prefix and the URL that Deno's HTTP
 * client adds.
 */
export function causeText(error: unknown): string {
  let innermost = error;
  while (innermost instanceof Error && innermost.cause) innermost = innermost.cause;
  const message = errorText(innermost);
  return message.replace(/^.*?client error \(\w+\): /s, "").replace(/\s+/g, " ");
}

/**
 * The maximum length of the message that explains why one field was refused, in characters. Such a message
 * quotes the value of the field, so the message may be very long.
 */
const MAX_CAUSE_LENGTH = 300;

/**
 * The message of a Status repeats the message of each refused field. kro shortens at most this number of the
 * repeated messages.
 */
const MAX_CAUSES = 8;

function withShortValue(cause: StatusCause): StatusCause {
  if (typeof cause.message !== "string") return cause;
  return { ...cause, message: shortened(cause.message, MAX_CAUSE_LENGTH) };
}

/** Returns the message of a Status, in which the repeated messages of refused fields are shortened. */
function withShortValues(message: string, causes: readonly StatusCause[] = []): string {
  let text = message;
  for (const { message: long } of causes.slice(0, MAX_CAUSES)) {
    if (typeof long !== "string" || long.length <= MAX_CAUSE_LENGTH) continue;
    text = text.replace(long, () => shortened(long, MAX_CAUSE_LENGTH));
  }
  return text;
}

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    // The body is not JSON, such as the HTML page of a proxy.
    return undefined;
  }
}

function hostName(hostAndPort: string): string {
  return hostAndPort.slice(0, hostAndPort.lastIndexOf(":"));
}

function firstLine(text: string): string {
  return (text.trim().split("\n", 1)[0] ?? "").slice(0, 200);
}

/**
 * The abort reason of a watch connection that was closed because no event and no bookmark arrived in time.
 */
export class InactivityError extends Error {
  /** The name of the error class, always `InactivityError`. */
  override readonly name = "InactivityError";
}
