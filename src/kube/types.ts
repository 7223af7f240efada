/** How to reach a cluster, and the client that does. */
import type { JsonObject, KindRef, KubeObject, ObjectRef } from "../api/mod.ts";

/** A way to reach an API server. Built by the config loaders; secrets stay behind functions. */
export interface ClusterConfig {
  /** `https://host:port`, with a path prefix when there is one. */
  server: string;
  /** PEM certificates that sign the server's. Absent: the system's. */
  ca?: string;
  /** Accept any certificate (`insecure-skip-tls-verify`). */
  insecure?: boolean;
  /** PEM client certificate and key. */
  clientCert?: { cert: string; key: string };
  /**
   * Value of the Authorization header for the next request; re-read from file or plugin when due.
   * A plugin may renew `clientCert` with it.
   */
  authorization?: () => Promise<string | undefined>;
  /** Drops cached credentials, after the server refused them: the next request reads them anew. */
  forget?: () => void;
  /** Headers of every request: whom to impersonate. */
  headers?: Record<string, string>;
  /** Proxy between here and the server: `http`, `https` or `socks5` URL. */
  proxyUrl?: string;
  /** Namespace of the context, `default` when it names none. */
  namespace: string;
  /** Where it came from, for messages: a file's path, or `in-cluster`. */
  origin: string;
}

/** One event of a watch. */
export type WatchEvent =
  | { type: "ADDED" | "MODIFIED" | "DELETED"; object: KubeObject }
  | { type: "BOOKMARK"; resourceVersion: string };

/** Options of a list or watch. */
export interface ListOptions {
  /** One namespace; absent for all. */
  namespace?: string;
  /** Label selector. */
  labelSelector?: string;
  /** Field selector. */
  fieldSelector?: string;
  /** Ask for PartialObjectMetadata only. Objects still carry their own apiVersion and kind. */
  metadataOnly?: boolean;
}

/** One page of a list. */
export interface ListPage {
  /** Objects, in the server's order. */
  items: KubeObject[];
  /** Where to watch from once the last page is read; the same on each page. */
  resourceVersion: string;
}

/** Options of a write. */
export interface WriteOptions {
  /** Field manager. */
  fieldManager: string;
  /** Server-side dry run: nothing is stored. */
  dryRun?: boolean;
}

/** Decides, at the moment of sending, whether requests may leave. */
export interface RequestGate {
  /** Why a request may not leave now; undefined when it may. */
  withholds(write: boolean): string | undefined;
  /** Aborts when writes under way are to be given up; asked anew for each attempt. */
  readonly writes: AbortSignal;
}

/** Typed requests over one API server. All reject with ApiError. */
export interface KubeClient {
  /** What it talks to. */
  readonly config: ClusterConfig;
  /** GET; undefined when it is not there. */
  get(ref: ObjectRef): Promise<KubeObject | undefined>;
  /** All pages of a list, and the resourceVersion to watch from. */
  list(
    kind: KindRef,
    options?: ListOptions,
  ): Promise<{ items: KubeObject[]; resourceVersion: string }>;
  /**
   * A list page by page (500 objects, or `limit`; 0 for all at once): never more than one page in memory.
   * Rejects with `Gone` when the server forgot the list in the middle; then start again with limit 0.
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
  /** DELETE. NotFound rejects like any refusal. */
  delete(
    ref: ObjectRef,
    options?: {
      uid?: string;
      propagation?: "Background" | "Foreground" | "Orphan";
      dryRun?: boolean;
    },
  ): Promise<void>;
  /** GET of any path, as JSON (as text when it is none): discovery, OpenAPI documents, /version. */
  raw(path: string, options?: { accept?: string; timeoutMs?: number }): Promise<unknown>;
  /**
   * One watch connection; ends when the server closes it or the signal aborts, rejects with ApiError
   * `Gone` on 410. `timeoutSeconds` is when the server shall close it.
   */
  watch(
    kind: KindRef,
    options: ListOptions & {
      resourceVersion: string;
      signal: AbortSignal;
      timeoutSeconds?: number;
    },
  ): AsyncIterable<WatchEvent>;
  /** The same client behind a gate: requests that it withholds reject with ApiError `Withheld`. */
  behind(gate: RequestGate): KubeClient;
  /** Closes connections. */
  close(): void;
}

/** One exchange with the server, for metrics. Retries count one each. */
export interface RequestInfo {
  /** Kubernetes' verb in lower case, such as `get`, `list`, `watch`, `apply`; `raw` for plain paths. */
  verb: string;
  /** `deployments.apps`, with `/status` for a subresource; the path without its query for `raw`. */
  resource: string;
  /** HTTP status; 0 when no answer came. */
  code: number;
  /** Until the answer's headers; a watch counts when it starts. */
  seconds: number;
  /** `namespace/name` or the namespace; absent for raw paths. */
  object?: string;
  /** Length of its body in characters; absent without one. */
  sent?: number;
}

/** A watch connection began or ended, for metrics. */
export interface WatchInfo {
  /** `deployments.apps`. */
  resource: string;
  /**
   * `closed` by the server in time, `expired` (410), `failed`, `silent`: given up because nothing came;
   * `stopped` by us.
   */
  phase: "opened" | "closed" | "expired" | "failed" | "silent" | "stopped";
}

/** How to talk to the server. */
export interface ConnectOptions {
  /** Names this program to the server. */
  userAgent: string;
  /** Requests per second; absent: no limit but the server's own. */
  qps?: number;
  /** Requests at once before `qps` holds. Default: `qps`, at least 1. */
  burst?: number;
  /** Called after every exchange. */
  onRequest?: (info: RequestInfo) => void;
  /** Called when the whole body of an answer is there, with its length in characters; watches have none. */
  onBody?: (verb: string, characters: number) => void;
  /** Called before an exchange is repeated, with the HTTP status that it got; 0 when no answer came. */
  onRetry?: (verb: string, code: number) => void;
  /** Called before every exchange with the seconds that `qps` makes it wait, if there is such a limit. */
  onWait?: (verb: string, seconds: number) => void;
  /** Called when a watch connection begins and when it ends. */
  onWatch?: (info: WatchInfo) => void;
  /** Time limit of one request, 30 s by default. */
  timeoutMs?: number;
}
