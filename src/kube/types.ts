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
  /** Value of the Authorization header for the next request; re-read from file or plugin when due. */
  authorization?: () => Promise<string | undefined>;
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
  /** Ask for PartialObjectMetadata only. */
  metadataOnly?: boolean;
}

/** Options of a write. */
export interface WriteOptions {
  /** Field manager. */
  fieldManager: string;
  /** Server-side dry run: nothing is stored. */
  dryRun?: boolean;
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
  /** GET of any path, as JSON: discovery, OpenAPI documents, /version. */
  raw(path: string, options?: { accept?: string; timeoutMs?: number }): Promise<unknown>;
  /** One watch connection; ends when the server closes it, rejects with ApiError `Gone` on 410. */
  watch(
    kind: KindRef,
    options: ListOptions & { resourceVersion: string; signal: AbortSignal },
  ): AsyncIterable<WatchEvent>;
  /** Closes connections. */
  close(): void;
}
