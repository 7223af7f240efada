/** Types of the room: the configuration of a cluster, the client and its options. */
import type { JsonObject, KindRef, KubeObject, ObjectRef } from "../api/mod.ts";

/** How to reach an API server. Credentials that rotate are read by functions. */
export interface ClusterConfig {
  /** `https://host:port`, with an optional path prefix. */
  server: string;
  /** PEM certificates of the authorities that sign the server's; the system's when absent. */
  ca?: string;
  /** Accept any server certificate (`insecure-skip-tls-verify`). */
  insecure?: boolean;
  /** PEM client certificate and key. */
  clientCert?: { cert: string; key: string };
  /**
   * Returns the value of the Authorization header for the next request, read again from its file or
   * plugin when it expires. A plugin may replace `clientCert` at the same time.
   */
  authorization?: () => Promise<string | undefined>;
  /** Drops cached credentials after a 401: the next request reads them again. */
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
  /** Request PartialObjectMetadata only. Objects keep their own apiVersion and kind. */
  metadataOnly?: boolean;
}

/** One page of a list. */
export interface ListPage {
  /** Objects, in the server's order. */
  items: KubeObject[];
  /** The resourceVersion to watch from after the last page; the same on each page. */
  resourceVersion: string;
}

/** Options of a write. */
export interface WriteOptions {
  /** Field manager. */
  fieldManager: string;
  /** Server-side dry run: the object is not stored. */
  dryRun?: boolean;
}

/** Decides when a request is about to be sent whether it may be. */
export interface RequestGate {
  /** Why a request may not be sent now; undefined when it may. */
  withholds(write: boolean): string | undefined;
  /** Aborts running writes; read again for each attempt. */
  readonly writes: AbortSignal;
}

/** Typed requests to one API server. All reject with ApiError. */
export interface KubeClient {
  /** Configuration of the API server. */
  readonly config: ClusterConfig;
  /** GET; undefined when the object does not exist. */
  get(ref: ObjectRef): Promise<KubeObject | undefined>;
  /** The items of all pages of a list, and the resourceVersion to watch from. */
  list(
    kind: KindRef,
    options?: ListOptions,
  ): Promise<{ items: KubeObject[]; resourceVersion: string }>;
  /**
   * A list page by page, of 500 objects or `limit` each (0: one page), with one page in memory at a time.
   * Rejects with `Gone` when the continue token expires; callers then list again with limit 0.
   */
  pages(kind: KindRef, options?: ListOptions & { limit?: number }): AsyncIterable<ListPage>;
  /** POST. */
  create(kind: KindRef, object: KubeObject, options: WriteOptions): Promise<KubeObject>;
  /** Server-side apply. */
  apply(
    ref: ObjectRef,
    object: KubeObject,
    options: WriteOptions & { force?: boolean; subresource?: "status" },
  ): Promise<KubeObject>;
  /** JSON merge patch (RFC 7386). */
  mergePatch(
    ref: ObjectRef,
    patch: JsonObject,
    options: WriteOptions & { subresource?: "status" },
  ): Promise<KubeObject>;
  /** PUT of the object or of its status. */
  replace(
    ref: ObjectRef,
    object: KubeObject,
    options: WriteOptions & { subresource?: "status" },
  ): Promise<KubeObject>;
  /** DELETE. Rejects with `NotFound` when the object does not exist. */
  delete(
    ref: ObjectRef,
    options?: {
      uid?: string;
      propagation?: "Background" | "Foreground" | "Orphan";
      dryRun?: boolean;
    },
  ): Promise<void>;
  /** GET of a path outside the typed API, such as /version; parsed JSON, or text when it is not JSON. */
  raw(path: string, options?: { accept?: string; timeoutMs?: number }): Promise<unknown>;
  /**
   * One watch connection. It ends when the server closes it or the signal aborts, and rejects with
   * ApiError, `Gone` on 410. The server closes it after `timeoutSeconds`.
   */
  watch(
    kind: KindRef,
    options: ListOptions & {
      resourceVersion: string;
      signal: AbortSignal;
      timeoutSeconds?: number;
    },
  ): AsyncIterable<WatchEvent>;
  /** The same client behind a gate. Requests that the gate withholds reject with ApiError `Withheld`. */
  behind(gate: RequestGate): KubeClient;
  /** Closes connections. */
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

/** Begin or end of a watch connection, for metrics. */
export interface WatchInfo {
  /** `deployments.apps`. */
  resource: string;
  /**
   * `closed` by the server, `expired` (410), `failed`, `silent`: closed because no event arrived;
   * `stopped` by this program.
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
  /** Called after every attempt. */
  onRequest?: (info: RequestInfo) => void;
  /** Called when a response's body was read, with its length in characters; not for watches. */
  onBody?: (verb: string, characters: number) => void;
  /** Called before a request is repeated, with the HTTP status of the last attempt; 0 without a response. */
  onRetry?: (verb: string, code: number) => void;
  /** Called before every attempt with the seconds that it waits for `qps`, if `qps` is set. */
  onWait?: (verb: string, seconds: number) => void;
  /** Called when a watch connection begins and when it ends. */
  onWatch?: (info: WatchInfo) => void;
  /** Time limit of one attempt, in milliseconds; 30 s by default. */
  timeoutMs?: number;
}
