/**
 * Types of the Kubernetes client: the configuration of a cluster, the client, and the options of the
 * client.
 */
import type { JsonObject, KindRef, KubeObject, ObjectRef } from "../api/mod.ts";

/**
 * The configuration for reaching an API server. Credentials that change over time are returned by functions
 * of this interface.
 */
export interface ClusterConfig {
  /** The base URL of the API server, `https://host:port` with an optional path prefix. */
  server: string;
  /**
   * The certificates of the certificate authorities that may sign the API server's certificate, in PEM
   * format. The system's certificate authorities are used when absent.
   */
  ca?: string;
  /** Whether any server certificate is accepted (`insecure-skip-tls-verify`). */
  insecure?: boolean;
  /** The client certificate and its private key, in PEM format. */
  clientCert?: { cert: string; key: string };
  /**
   * Reads the files of {@link ca} and {@link clientCert} at most once a minute, and replaces both fields.
   * Absent when no certificate comes from a file.
   */
  readCertificates?: () => Promise<void>;
  /**
   * Returns the value of the Authorization header for the next request. If the credentials have expired,
   * the function first reads the credentials file or runs the credential plugin again. A plugin may also
   * replace `clientCert`. Rejects with ConfigError when the credentials cannot be read.
   */
  authorization?: () => Promise<string | undefined>;
  /**
   * Drops cached credentials after a response with status 401, so that the next request reads the
   * credentials again.
   */
  forget?: () => void;
  /**
   * Whether a credential plugin returns the credentials. If true, the process must keep the permission to
   * run programs.
   */
  usesPlugin?: boolean;
  /** The headers that are added to every request, such as headers for impersonation. */
  headers?: Record<string, string>;
  /** The URL of a proxy, with the scheme `http`, `https` or `socks5`. */
  proxyUrl?: string;
  /** The namespace of the kubeconfig context; `default` when the context names no namespace. */
  namespace: string;
  /** The source of the configuration, for messages: the path of a file, or `in-cluster`. */
  origin: string;
}

/** One event of a watch. */
export type WatchEvent =
  | { type: "ADDED" | "MODIFIED" | "DELETED"; object: KubeObject }
  | { type: "BOOKMARK"; resourceVersion: string };

/** The options of a list or watch, which select the objects. */
export interface ListOptions {
  /** The namespace to list or watch; absent for all namespaces. */
  namespace?: string;
  /** The label selector that the objects must match. */
  labelSelector?: string;
  /** The field selector that the objects must match. */
  fieldSelector?: string;
  /**
   * Whether only the metadata of the objects is requested (PartialObjectMetadata). The returned objects
   * have the apiVersion and kind of the listed kind.
   */
  metadataOnly?: boolean;
}

/** One page of a list. */
export interface ListPage {
  /** The objects of the page, in the API server's order. */
  items: KubeObject[];
  /**
   * The resourceVersion of the list. A watch that continues the list starts at this resourceVersion. All
   * pages of a list have the same resourceVersion.
   */
  resourceVersion: string;
}

/** The options of a write. */
export interface WriteOptions {
  /** The field manager that the API server records as the owner of the written fields. */
  fieldManager: string;
  /**
   * Whether the API server only simulates the write (server-side dry run). The object is then not stored.
   */
  dryRun?: boolean;
}

/** Decides whether an attempt of a request may be sent. The client asks directly before each attempt. */
export interface RequestGate {
  /**
   * Returns the reason why a request may not be sent now; undefined when the request may be sent.
   *
   * @param write Whether the request may change an object.
   */
  withholds(write: boolean): string | undefined;
  /** The signal that aborts running writes. The client reads this property again for each attempt. */
  readonly writes: AbortSignal;
  /**
   * Called when the API server has refused a request with status 403.
   *
   * @param resource The resource in the form `deployments.apps`, with `/status` appended for a subresource.
   */
  forbidden?(resource: string): void;
}

/**
 * Typed requests to one API server. The methods behave as described in the Kubernetes documentation,
 * "Kubernetes API Concepts".
 *
 * When a request fails, the method rejects with ApiError. The `reason` of the ApiError is `Unreachable`,
 * `Timeout`, `Withheld` (a gate refused to send the request), or the reason in the API server's Status.
 * When the credentials cannot be read, the method rejects with ConfigError.
 */
export interface KubeClient {
  /** The configuration of the API server. */
  readonly config: ClusterConfig;
  /** Reads an object (GET). Returns undefined when the object does not exist. */
  get(ref: ObjectRef): Promise<KubeObject | undefined>;
  /** Lists objects over all pages. Returns the objects, and the resourceVersion from which to watch. */
  list(
    kind: KindRef,
    options?: ListOptions,
  ): Promise<{ items: KubeObject[]; resourceVersion: string }>;
  /**
   * Yields a list page by page. A page has at most `limit` objects, by default 500; the limit 0 requests the
   * whole list as one page. A page larger than 64 MiB is requested again with a smaller limit. Rejects with
   * `Gone` when the continue token expires; the caller then lists again with the limit 0.
   */
  pages(kind: KindRef, options?: ListOptions & { limit?: number }): AsyncIterable<ListPage>;
  /**
   * Creates an object (POST), and returns the object as stored. Rejects with `AlreadyExists` when an object
   * of this name exists.
   */
  create(kind: KindRef, object: KubeObject, options: WriteOptions): Promise<KubeObject>;
  /**
   * Applies fields with server-side apply (KEP-555), and returns the object as stored. Rejects with
   * `Conflict` when another field manager owns an applied field. With `force`, the ownership of the field
   * is taken over instead.
   */
  apply(
    ref: ObjectRef,
    object: KubeObject,
    options: WriteOptions & { force?: boolean; subresource?: "status" },
  ): Promise<KubeObject>;
  /** Applies a JSON merge patch (RFC 7386), and returns the object as stored. */
  mergePatch(
    ref: ObjectRef,
    patch: JsonObject,
    options: WriteOptions & { subresource?: "status" },
  ): Promise<KubeObject>;
  /**
   * Replaces an object or its status (PUT), and returns the object as stored. Rejects with `Conflict` when
   * the object was changed since the given resourceVersion.
   */
  replace(
    ref: ObjectRef,
    object: KubeObject,
    options: WriteOptions & { subresource?: "status" },
  ): Promise<KubeObject>;
  /**
   * Deletes an object. Rejects with `NotFound` when the object does not exist, and with `Conflict` when the
   * object has another uid than `uid`. Resolves when the API server has accepted the deletion; finalizers
   * may delay the removal of the object.
   */
  delete(
    ref: ObjectRef,
    options?: {
      uid?: string;
      propagation?: "Background" | "Foreground" | "Orphan";
      dryRun?: boolean;
    },
  ): Promise<void>;
  /**
   * Reads a path outside the typed API, such as `/version`. Returns the parsed JSON, or a string if the
   * response is not JSON.
   */
  raw(path: string, options?: { accept?: string; timeoutMs?: number }): Promise<unknown>;
  /**
   * Yields the events of one watch connection. The connection ends when the API server closes it, after
   * `timeoutSeconds` if given, or when the signal aborts. Rejects with `Gone` when the resourceVersion is
   * too old (HTTP 410).
   */
  watch(
    kind: KindRef,
    options: ListOptions & {
      resourceVersion: string;
      signal: AbortSignal;
      timeoutSeconds?: number;
    },
  ): AsyncIterable<WatchEvent>;
  /**
   * Returns a client that sends its requests through the gate, over the connections of this client. A
   * request that the gate refuses rejects with ApiError `Withheld`.
   */
  behind(gate: RequestGate): KubeClient;
  /** Aborts running requests and closes all connections. */
  close(): void;
}

/** A description of one attempt of a request, for metrics. */
export interface RequestInfo {
  /**
   * The Kubernetes verb in lower case, such as `get`, `list`, `watch` or `apply`; `raw` for a path without a
   * resource, such as `/version`.
   */
  verb: string;
  /**
   * The resource in the form `deployments.apps`, with `/status` appended for a subresource. If the verb is
   * `raw`, this field is the URL path without its query.
   */
  resource: string;
  /** The HTTP status code; 0 when no response came. */
  code: number;
  /** The seconds from sending the request until the response headers arrived. */
  seconds: number;
  /** The object in the form `namespace/name`, or only the namespace; absent for raw paths. */
  object?: string;
  /** The length of the request body in characters; absent without a body. */
  sent?: number;
}

/** A description of the beginning or end of a watch connection, for metrics. */
export interface WatchInfo {
  /** The watched resource in the form `deployments.apps`. */
  resource: string;
  /**
   * The beginning of the watch connection, or the reason for its end:
   *
   * - `opened`: the connection was opened.
   * - `closed`: the API server closed the connection.
   * - `expired`: the resourceVersion was too old (HTTP 410).
   * - `failed`: the watch ended with any other error.
   * - `silent`: neither an event nor a bookmark arrived in time.
   * - `stopped`: this program closed the connection.
   */
  phase: "opened" | "closed" | "expired" | "failed" | "silent" | "stopped";
}

/** The options of a client. */
export interface ConnectOptions {
  /** The value of the User-Agent header. */
  userAgent: string;
  /** The maximum number of requests per second; unlimited when absent. */
  qps?: number;
  /**
   * The number of requests that may be sent at once, before `qps` delays further requests; `qps` by default,
   * and at least 1.
   */
  burst?: number;
  /** Called after every attempt of a request. */
  onRequest?: (info: RequestInfo) => void;
  /** Called with the length of each response body that was read, in characters. Not called for watches. */
  onBody?: (verb: string, characters: number) => void;
  /**
   * Called before a request is repeated, with the HTTP status code of the last attempt; 0 when no response
   * came.
   */
  onRetry?: (verb: string, code: number) => void;
  /**
   * Called before every attempt if `qps` is set, with the seconds for which the attempt waits because of
   * `qps`.
   */
  onWait?: (verb: string, seconds: number) => void;
  /** Called when a watch connection begins and when it ends. */
  onWatch?: (info: WatchInfo) => void;
  /** The time limit of one attempt, in milliseconds; 30,000 by default. */
  timeoutMs?: number;
}
