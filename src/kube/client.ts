/**
 * The client of one API server. Each method sends requests with one verb of the Kubernetes API (Kubernetes
 * documentation, "Kubernetes API Concepts"). All methods use one {@link Transport}.
 */
import {
  isGone,
  isNotFound,
  type Json,
  type JsonObject,
  jsonText,
  type KindRef,
  type KubeObject,
  type ObjectRef,
} from "../api/mod.ts";
import { badAnswer, objectIn, type Page, pageIn, typed } from "./answers.ts";
import { LONGEST_WHOLE, TooLongError } from "./body.ts";
import { InactivityError } from "./errors.ts";
import { parseJsonInSlices } from "./json_slices.ts";
import { PageLimits } from "./page_limits.ts";
import { kindPath, resourceText, selectionQuery, withQuery } from "./path.ts";
import type { KubeRequest } from "./request.ts";
import { bodyOf, statusBodyOf } from "./request_body.ts";
import { inSlices } from "./slices.ts";
import { Transport } from "./transport.ts";
import { readWatch } from "./watch.ts";
import type {
  ClusterConfig,
  ConnectOptions,
  KubeClient,
  ListOptions,
  ListPage,
  RequestGate,
  WatchEvent,
  WatchInfo,
  WriteOptions,
} from "./types.ts";

const PAGE_SIZE = 500;
const METADATA = "g=meta.k8s.io;v=v1";

/**
 * Returns a client of the configured API server. The client opens its first connection when the first
 * request is sent.
 *
 * @example
 * ```ts
 * import { connect, loadConfig } from "./mod.ts";
 *
 * const client = connect(await loadConfig(), { userAgent: "kro/1.0" });
 * const kind = { group: "", version: "v1", kind: "Pod", plural: "pods", namespaced: true };
 * const { items } = await client.list(kind, { namespace: "default" });
 * client.close();
 * ```
 */
export function connect(config: ClusterConfig, options: ConnectOptions): KubeClient {
  return new Client(config, new Transport(config, options), options.onWatch);
}

/** Builds requests from typed arguments, and checks that each response has the expected shape. */
class Client implements KubeClient {
  readonly config: ClusterConfig;
  readonly #transport: Transport;
  readonly #onWatch?: (info: WatchInfo) => void;
  readonly #gate?: RequestGate;

  constructor(
    config: ClusterConfig,
    transport: Transport,
    onWatch?: (info: WatchInfo) => void,
    gate?: RequestGate,
  ) {
    this.config = config;
    this.#transport = transport;
    this.#onWatch = onWatch;
    this.#gate = gate;
  }

  behind(gate: RequestGate): KubeClient {
    return new Client(this.config, this.#transport, this.#onWatch, gate);
  }

  async get(ref: ObjectRef): Promise<KubeObject | undefined> {
    try {
      return await this.#object({ ...onObject(ref, "get"), method: "GET" });
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  async list(
    kind: KindRef,
    options: ListOptions = {},
  ): Promise<{ items: KubeObject[]; resourceVersion: string }> {
    try {
      return await collect(this.#pages(kind, options, true));
    } catch (error) {
      if (!isGone(error)) throw error;
      return await collect(this.#pages(kind, { ...options, limit: 0 }, true));
    }
  }

  pages(
    kind: KindRef,
    options: ListOptions & { limit?: number } = {},
  ): AsyncIterable<ListPage> {
    return this.#pages(kind, options, false);
  }

  /** Yields the pages of a list. With `isKept`, the caller keeps all objects of the list in memory. */
  async *#pages(
    kind: KindRef,
    options: ListOptions & { limit?: number },
    isKept: boolean,
  ): AsyncIterable<ListPage> {
    const limits = new PageLimits();
    const query = selectionQuery(options);
    let limit = options.limit ?? PAGE_SIZE;
    const accept = options.metadataOnly
      ? `application/json;as=PartialObjectMetadataList;${METADATA}`
      : undefined;
    for (;;) {
      if (limit > 0) query.set("limit", String(limit));
      const longest = limit > 0 ? undefined : LONGEST_WHOLE;
      const request: KubeRequest = { ...onList(kind, options, query, "list"), accept, longest };
      const page = await this.#page(request, kind).catch((error) => {
        if (!(error instanceof TooLongError) || limit <= 1) throw error;
      });
      if (page === undefined) {
        limit = Math.ceil(limit / 4);
        continue;
      }
      const { items, token, resourceVersion, bytes } = page;
      const fault = limits.fault(items.length, token, isKept ? bytes : 0);
      if (fault !== undefined) throw badAnswer(request, `a list that is too long: ${fault}`);
      yield { items, resourceVersion };
      if (token === "") return;
      query.set("continue", token);
    }
  }

  /** Requests one page of a list. `bytes` is the size of the response. */
  async #page(request: KubeRequest, kind: KindRef): Promise<Page & { bytes: number }> {
    const text = await this.#send(request);
    const page = await inSlices(pageIn(request, kind, await parsed(request, text)));
    return { ...page, bytes: text.length };
  }

  async create(kind: KindRef, object: KubeObject, options: WriteOptions): Promise<KubeObject> {
    const { namespace, name, generateName } = object.metadata;
    const request = {
      path: withQuery(kindPath(kind, { namespace }), writeQuery(options)),
      verb: "create",
      resource: resourceText(kind),
      object: objectText(namespace, name ?? generateName ?? ""),
    };
    return await this.#object({
      ...request,
      method: "POST",
      body: bodyOf(request, object),
      contentType: "application/json",
    });
  }

  async apply(
    ref: ObjectRef,
    object: KubeObject,
    options: WriteOptions & { force?: boolean; subresource?: "status" },
  ): Promise<KubeObject> {
    const query = writeQuery(options);
    if (options.force) query.set("force", "true");
    const request = onObject(ref, "apply", options.subresource, query);
    return await this.#object({
      ...request,
      method: "PATCH",
      body: bodyOf(request, object),
      contentType: "application/apply-patch+yaml",
    });
  }

  async mergePatch(
    ref: ObjectRef,
    patch: JsonObject,
    options: WriteOptions & { subresource?: "status" },
  ): Promise<KubeObject> {
    return await this.#object({
      ...onObject(ref, "patch", options.subresource, writeQuery(options)),
      method: "PATCH",
      body: jsonText(patch),
      contentType: "application/merge-patch+json",
    });
  }

  async replace(
    ref: ObjectRef,
    object: KubeObject,
    options: WriteOptions & { subresource?: "status" },
  ): Promise<KubeObject> {
    const request = onObject(ref, "update", options.subresource, writeQuery(options));
    const body = options.subresource ? statusBodyOf : bodyOf;
    return await this.#object({
      ...request,
      method: "PUT",
      body: body(request, object),
      contentType: "application/json",
    });
  }

  async delete(
    ref: ObjectRef,
    options: {
      uid?: string;
      propagation?: "Background" | "Foreground" | "Orphan";
      dryRun?: boolean;
    } = {},
  ): Promise<void> {
    const body = {
      apiVersion: "v1",
      kind: "DeleteOptions",
      ...(options.uid && { preconditions: { uid: options.uid } }),
      ...(options.propagation && { propagationPolicy: options.propagation }),
      ...(options.dryRun && { dryRun: ["All"] }),
    };
    const request: KubeRequest = {
      ...onObject(ref, "delete"),
      method: "DELETE",
      body: jsonText(body),
      contentType: "application/json",
    };
    // The API server responds to a deletion with the object or with a Status that names the object. A
    // response of status 200 that names no object comes from a proxy and does not confirm the deletion.
    const { status, details, metadata } = await this.#json(request) as Deleted ?? {};
    const isGood = status === "Success" ? details?.name === ref.name : metadata?.name === ref.name;
    if (!isGood) throw badAnswer(request, "neither the object nor a Status");
  }

  async raw(path: string, options: { accept?: string; timeoutMs?: number } = {}): Promise<unknown> {
    const resource = path.split("?", 1)[0]!;
    const text = await this.#send({
      method: "GET",
      path,
      verb: "raw",
      resource,
      ...options,
    });
    try {
      return await parseJsonInSlices(text);
    } catch {
      return text;
    }
  }

  async *watch(
    kind: KindRef,
    options: ListOptions & {
      resourceVersion: string;
      signal: AbortSignal;
      timeoutSeconds?: number;
    },
  ): AsyncIterable<WatchEvent> {
    const query = selectionQuery(options);
    query.set("watch", "true");
    query.set("allowWatchBookmarks", "true");
    query.set("resourceVersion", options.resourceVersion);
    if (options.timeoutSeconds) query.set("timeoutSeconds", String(options.timeoutSeconds));
    const accept = options.metadataOnly
      ? `application/json;as=PartialObjectMetadata;${METADATA}`
      : undefined;
    const gate = this.#gate;
    const request: KubeRequest = { ...onList(kind, options, query, "watch"), accept, gate };
    const { resource } = request;
    const { signal } = options;
    let phase: WatchInfo["phase"] | undefined;
    this.#onWatch?.({ resource, phase: "opened" });
    try {
      for await (const event of readWatch(this.#transport, request, signal)) {
        yield event.type === "BOOKMARK" ? event : { ...event, object: typed(kind, event.object) };
      }
      phase = signal.aborted ? stoppedBy(signal) : "closed";
    } catch (error) {
      phase = isGone(error) ? "expired" : "failed";
      throw error;
    } finally {
      // `phase` is not set if the caller leaves its loop over the events early, because the generator then
      // ends at `yield`. The watch is reported as `stopped` in this case.
      this.#onWatch?.({ resource, phase: phase ?? stoppedBy(signal) });
    }
  }

  close(): void {
    this.#transport.close();
  }

  #send(request: KubeRequest): Promise<string> {
    return this.#transport.send({ ...request, gate: this.#gate });
  }

  async #json(request: KubeRequest): Promise<Json> {
    return await parsed(request, await this.#send(request));
  }

  async #object(request: KubeRequest): Promise<KubeObject> {
    return objectIn(request, await this.#json(request));
  }
}

async function parsed(request: KubeRequest, text: string): Promise<Json> {
  try {
    return await parseJsonInSlices(text);
  } catch (cause) {
    throw badAnswer(request, "not JSON", cause);
  }
}

function stoppedBy(signal: AbortSignal): WatchInfo["phase"] {
  return signal.reason instanceof InactivityError ? "silent" : "stopped";
}

/** The response to a deletion: a Status, or the object itself when finalizers delay its deletion. */
type Deleted =
  | { status?: unknown; details?: { name?: unknown } | null; metadata?: { name?: unknown } | null }
  | null;

async function collect(
  pages: AsyncIterable<ListPage>,
): Promise<{ items: KubeObject[]; resourceVersion: string }> {
  const items: KubeObject[] = [];
  let resourceVersion = "";
  for await (const page of pages) {
    for (const item of page.items) items.push(item);
    resourceVersion = page.resourceVersion;
  }
  return { items, resourceVersion };
}

function onObject(
  ref: ObjectRef,
  verb: string,
  subresource?: string,
  query: URLSearchParams = new URLSearchParams(),
): Omit<KubeRequest, "method"> {
  const path = kindPath(ref.kind, { namespace: ref.namespace, name: ref.name, subresource });
  return {
    path: withQuery(path, query),
    verb,
    resource: resourceText(ref.kind, subresource),
    object: objectText(ref.namespace, ref.name),
  };
}

function onList(
  kind: KindRef,
  options: ListOptions,
  query: URLSearchParams,
  verb: string,
): KubeRequest {
  return {
    method: "GET",
    path: withQuery(kindPath(kind, { namespace: options.namespace }), query),
    verb,
    resource: resourceText(kind),
    object: options.namespace && `in ${options.namespace}`,
  };
}

function objectText(namespace: string | undefined, name: string): string {
  return namespace ? `${namespace}/${name}` : name;
}

function writeQuery(options: WriteOptions): URLSearchParams {
  const query = new URLSearchParams({ fieldManager: options.fieldManager });
  if (options.dryRun) query.set("dryRun", "All");
  return query;
}
