/** From HTTP answers and fetch's failures to ApiError: which request, and what the server said. */
import { ApiError, type ApiErrorReason, isObject, type StatusCause } from "../api/mod.ts";
import type { ClusterConfig } from "./types.ts";

/** Configuration that cannot be used; the message is one line for the user. */
export class ConfigError extends Error {
  /** Always `ConfigError`. */
  override readonly name = "ConfigError";
}

/** Nothing says where a cluster is: neither flags nor environment, pod or home folder. */
export class NoClusterError extends ConfigError {}

/** A file of the configuration that does not exist: another place may do instead. */
export class MissingFileError extends ConfigError {}

const byCode: Record<number, ApiErrorReason> = {
  400: "BadRequest",
  401: "Unauthorized",
  403: "Forbidden",
  404: "NotFound",
  409: "Conflict",
  410: "Gone",
  422: "Invalid",
  429: "TooManyRequests",
  504: "Timeout",
};

const byReason: Record<string, ApiErrorReason> = {
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
};

/** The reason of a refusal: the Status' own word when it is known, else the code's. */
export function reasonOf(code: number, statusReason?: unknown): ApiErrorReason {
  const named = typeof statusReason === "string" ? byReason[statusReason] : undefined;
  return named ?? byCode[code] ?? (code >= 500 ? "ServerError" : "Other");
}

/** Seconds of a Retry-After header: a number, or a date as proxies send it. */
export function retryAfterOf(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  if (/^\d+$/.test(header.trim())) return Number(header);
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil((date - now) / 1000));
}

/**
 * The error of an answer. `request` names verb and object; `body` is a metav1.Status, or whatever a
 * proxy in between wrote.
 */
export function refusal(
  request: string,
  code: number,
  body: string,
  retryAfterSeconds?: number,
): ApiError {
  const status = statusOf(body);
  const details = isObject(status?.details) ? status.details : {};
  const causes = Array.isArray(details.causes)
    ? details.causes.filter(isObject) as StatusCause[]
    : undefined;
  const message = typeof status?.message === "string" && status.message !== ""
    ? status.message
    : `HTTP ${code} ${firstLine(body)}`.trimEnd();
  return new ApiError(`${request}: ${message}`, {
    reason: reasonOf(code, status?.reason),
    code,
    causes,
    retryAfterSeconds,
  });
}

/** The error of a request that got no answer from the configured server. */
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

/** `host:port` of a server's URL. */
export function hostOf(server: string): string {
  const url = new URL(server);
  return `${url.hostname}:${url.port || (url.protocol === "http:" ? "80" : "443")}`;
}

/** The innermost message of a failed fetch, without the URL and what goes before it. */
export function causeText(error: unknown): string {
  let innermost = error;
  while (innermost instanceof Error && innermost.cause) innermost = innermost.cause;
  const message = innermost instanceof Error ? innermost.message : String(innermost);
  return message.replace(/^.*?client error \(\w+\): /s, "").replace(/\s+/g, " ");
}

function statusOf(body: string): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(body);
    return isObject(parsed) && parsed.kind === "Status" ? parsed : undefined;
  } catch {
    return undefined; // a proxy's page
  }
}

function hostName(hostAndPort: string): string {
  return hostAndPort.slice(0, hostAndPort.lastIndexOf(":"));
}

function firstLine(text: string): string {
  return (text.trim().split("\n", 1)[0] ?? "").slice(0, 200);
}

/** Why a watch is ended that nothing came from for too long. */
export class SilenceError extends Error {
  /** Always `SilenceError`. */
  override readonly name = "SilenceError";
}
