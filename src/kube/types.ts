/** Types of the room: the configuration of a cluster, the client and its options. */
import type { JsonObject, KindRef, KubeObject, ObjectRef } from "../api/mod.ts";

/** How to reach an API server. Credentials that rotate are read by functions. */
export interface ClusterConfig {
  /** `https://host:port`, with an optional path prefix. */
  server: string;
  /** PEM certificates of the authorities for the server's certificate; the system's when absent. */
  ca?: string;
  /** Accept any server certificate (`insecure-skip-tls-verify`). */
  insecure?: boolean;
  /** PEM client certificate and key. */
  clientCert?: { cert: string; key: string };
  /**
   * Returns the value of the Authorization header for the next request, and reads it again from its file or
   * plugin when it expires. A plugin may replace `clientCert` at the same time. Rejects with ConfigError.
   */
  authorization?: () => Promise<string | undefined>;
  /** Drops cached credentials after a 401, so that the next request reads them again. */
  forget?: () => void;
  /** Headers of every request, for impersonation. */
  headers?: Record<string, string>;
  /** URL of a proxy: `http`, `https` or `socks5`. */
  proxyUrl?: string;
  /** Namespace of the context, `default` when it names none. */
  namespace: string;
  /** Source of the configuration, for messages: a file's path, or `in-cluster`. */
  origin: string;
}

/** One event of a watch. */
export type WatchEvent =
  | { type: "ADDED" | "MODIFIED" | "DELETED"; object: KubeObject }
  | { type: "BOOKMARK"; resourceVersion: string };

/** Options of a list or watch. */
export interface ListOptions {
  /** The namespace; absent for all namespaces. */
  namespace?: string;
  /** Label selector. */
  labelSelector?: string;
  /** Field selector. */
  fieldSelector?: string;
  /** Request PartialObjectMetadata only. The objects have the apiVersion and kind of the listed kind. */
  metadataOnly?: boolean;
}

/** One page of a list. */
export interface ListPage {
  /** Objects, in the server's order. */
  items: KubeObject[];
  /** The resourceVersion to watch from after the last page; each page has the same. */
  resourceVersion: string;
}

/** Options of a write. */
export interface WriteOptions {
  /** Field manager that the API server records for the written fields. */
  fieldManager: string;
  /** Server-side dry run: the object is not stored. */
  dryRun?: boolean;
}

/** Decides for each attempt of a request, right before it is sent, whether it may be sent. */
export interface RequestGate {
  /** Returns why a request may not be sent now; undefined when it may. `write`: it may change an object. */
  withholds(write: boolean): string | undefined;
  /** Aborts running writes. The client reads this property again for each attempt. */
  readonly writes: AbortSignal;
}

/**
 * Typed requests to one API server, with the semantics of the Kubernetes documentation, "Kubernetes API
 * Concepts". All reject with ApiError, whose `reason` tells the cause: `Unreachable`, `Timeout`, `Withheld`
 * by a gate, or the reason of the server's Status; and with ConfigError when the credentials cannot be read.
 */
export interface KubeClient {
  /** Configuration of the API server. */
  readonly config: ClusterConfig;
  /** Reads an object (GET); undefined when it does not exist. */
  get(ref: ObjectRef): Promise<KubeObject | undefined>;
  /** Returns the items of all pages of a list, and the resourceVersion to watch from. */
  list(
    kind: KindRef,
    options?: ListOptions,
  ): Promise<{ items: KubeObject[]; resourceVersion: string }>;
  /**
   * Yields a list page by page: 500 objects each, or `limit` (0 requests the whole list as one page). A page
   * that exceeds 64 MiB is requested again with a smaller limit. Rejects with `Gone` when the continue token
   * expires; callers then list again with limit 0.
   */
  pages(kind: KindRef, options?: ListOptions & { limit?: number }): AsyncIterable<ListPage>;
  /** Creates an object (POST) and returns it as stored. Rejects with `AlreadyExists`. */
  create(kind: KindRef, object: KubeObject, options: WriteOptions): Promise<KubeObject>;
  /**
   * Applies fields with server-side apply (KEP-555) and returns the object as stored. Rejects with
   * `Conflict` when another field manager owns a field, unless `force` takes it over.
   */
  apply(
    ref: ObjectRef,
    object: KubeObject,
    options: WriteOptions & { force?: boolean; subresource?: "status" },
  ): Promise<KubeObject>;
  /** Applies a JSON merge patch (RFC 7386) and returns the object as stored. */
  mergePatch(
    ref: ObjectRef,
    patch: JsonObject,
    options: WriteOptions & { subresource?: "status" },
  ): Promise<KubeObject>;
  /**
   * Replaces the object or its status (PUT) and returns it as stored. Rejects with `Conflict` when the
   * object's resourceVersion is not the present one.
   */
  replace(
    ref: ObjectRef,
    object: KubeObject,
    options: WriteOptions & { subresource?: "status" },
  ): Promise<KubeObject>;
  /**
   * Deletes an object. Rejects with `NotFound` when it does not exist, and with `Conflict` when it has
   * another uid than `uid`. Resolves while finalizers still hold the object.
   */
  delete(
    ref: ObjectRef,
    options?: {
      uid?: string;
      propagation?: "Background" | "Foreground" | "Orphan";
      dryRun?: boolean;
    },
  ): Promise<void>;
  /** Reads a path outside the typed API, such as `/version`. Returns parsed JSON, or text if it is not JSON. */
  raw(path: string, options?: { accept?: string; timeoutMs?: number }): Promise<unknown>;
  /**
   * Yields the events of one watch connection, until the server closes it (after `timeoutSeconds`, if given)
   * or the signal aborts. Rejects with `Gone` when the resourceVersion is too old (HTTP 410).
   */
  watch(
    kind: KindRef,
    options: ListOptions & {
      resourceVersion: string;
      signal: AbortSignal;
      timeoutSeconds?: number;
    },
  ): AsyncIterable<WatchEvent>;
  /** Returns this client with a gate. Requests that the gate withholds reject with ApiError `Withheld`. */
  behind(gate: RequestGate): KubeClient;
  /** Aborts running requests and closes all connections. */
  close(): void;
}

/** One attempt of a request, for metrics. */
export interface RequestInfo {
  /** Kubernetes' verb in lower case, such as `get`, `list`, `watch`, `apply`; `raw` for plain paths. */
  verb: string;
  /** `deployments.apps`, with `/status` for a subresource; the path without its query for `raw`. */
  resource: string;
  /** HTTP status; 0 when no response came. */
  code: number;
  /** Seconds until the response's headers. */
  seconds: number;
  /** `namespace/name` or the namespace; absent for raw paths. */
  object?: string;
  /** Length of the request's body in characters; absent without a body. */
  sent?: number;
}

/** The begin or end of a watch connection, for metrics. */
export interface WatchInfo {
  /** `deployments.apps`. */
  resource: string;
  /**
   * `closed` by the server, `expired` (HTTP 410), `failed`, `silent` (closed because neither an event nor a
   * bookmark arrived in time), or `stopped` by this program.
   */
  phase: "opened" | "closed" | "expired" | "failed" | "silent" | "stopped";
}

/** Options of a client. */
export interface ConnectOptions {
  /** User-Agent header. */
  userAgent: string;
  /** Requests per second; unlimited when absent. */
  qps?: number;
  /** Burst of requests above `qps`; `qps` by default, at least 1. */
  burst?: number;
  /** Called after every attempt of a request. */
  onRequest?: (info: RequestInfo) => void;
  /** Called with the length of each body that was read, in characters; not for watches. */
  onBody?: (verb: string, characters: number) => void;
  /** Called before a request is repeated, with the HTTP status of the last attempt; 0 without a response. */
  onRetry?: (verb: string, code: number) => void;
  /** Called before every attempt with the seconds that it waits for the limit `qps`, if that is set. */
  onWait?: (verb: string, seconds: number) => void;
  /** Called when a watch connection begins and when it ends. */
  onWatch?: (info: WatchInfo) => void;
  /** Time limit of one attempt, in milliseconds; 30,000 by default. */
  timeoutMs?: number;
}
