// Reads the API server's audit log: the user, the target and the result of each API request. All
// tests and benchmarks that count API requests use this log.

/** One event of the audit log. */
export interface AuditEntry {
  /** The name of the user who sent the request, such as `kro`. */
  user: string;
  /**
   * The verb: get, list, watch, create, update, patch, delete or deletecollection. For a URL that
   * is not a resource, the HTTP method.
   */
  verb: string;
  /** The API group; empty for the core group and for URLs that are not resources. */
  group: string;
  /** The plural name of the resource; empty for URLs that are not resources. */
  resource: string;
  /** The subresource, such as `status`; empty if the request has no subresource. */
  subresource: string;
  /** The namespace; empty for cluster-scoped objects. */
  namespace: string;
  /** The object's name; empty for lists, watches and most creates. */
  name: string;
  /** The HTTP status of the response. */
  code: number;
  /**
   * The stage of the request: `ResponseStarted` (only for watches and other long-running requests),
   * `ResponseComplete` or `Panic`.
   */
  stage: string;
  /** The path and query of the request. */
  uri: string;
  /** The time at which the request arrived, in ISO 8601 format. */
  time: string;
}

interface Event {
  user?: { username?: string };
  verb?: string;
  objectRef?: {
    apiGroup?: string;
    resource?: string;
    subresource?: string;
    namespace?: string;
    name?: string;
  };
  responseStatus?: { code?: number };
  stage?: string;
  requestURI?: string;
  requestReceivedTimestamp?: string;
}

/** Parses the content of an audit log; ignores an incomplete last line. */
export function parseAudit(text: string): AuditEntry[] {
  const complete = text.slice(0, text.lastIndexOf("\n") + 1);
  return complete.split("\n").filter((line) => line !== "").map((line) => {
    const event = JSON.parse(line) as Event;
    const object = event.objectRef ?? {};
    return {
      user: event.user?.username ?? "",
      verb: event.verb ?? "",
      group: object.apiGroup ?? "",
      resource: object.resource ?? "",
      subresource: object.subresource ?? "",
      namespace: object.namespace ?? "",
      name: object.name ?? "",
      code: event.responseStatus?.code ?? 0,
      stage: event.stage ?? "",
      uri: event.requestURI ?? "",
      time: event.requestReceivedTimestamp ?? "",
    };
  });
}

/**
 * Returns one entry of the audit log for each request. The log contains two entries for a watch, of which
 * this function returns only the first.
 */
export function calls(entries: readonly AuditEntry[]): AuditEntry[] {
  return entries.filter(({ verb, stage }) =>
    stage === (verb === "watch" ? "ResponseStarted" : "ResponseComplete")
  );
}

/**
 * Returns the requests that a controller has sent as its user, without watches and requests for its
 * Lease.
 */
export function controllerCalls(entries: readonly AuditEntry[], user = "kro"): AuditEntry[] {
  return calls(entries).filter((entry) =>
    entry.user === user && entry.resource !== "leases" && entry.verb !== "watch"
  );
}

const WRITES = new Set(["create", "update", "patch", "apply", "delete", "deletecollection"]);

/** Whether a request with this verb may change an object. */
export function isWriteVerb(verb: string): boolean {
  return WRITES.has(verb);
}

/**
 * Whether the request is a review, such as SelfSubjectAccessReview. A review has the verb `create`, but
 * creates no object.
 */
export function isReview({ group, resource }: Pick<AuditEntry, "group" | "resource">): boolean {
  return /^(authorization|authentication)\.k8s\.io$/.test(group) && resource.endsWith("reviews");
}

/** Whether the request may change an object. */
export function isWrite(entry: AuditEntry): boolean {
  return isWriteVerb(entry.verb) && !isReview(entry);
}

/**
 * Describes a request as `verb resource[/subresource] name`. The name is omitted for lists and with
 * `named: false`.
 */
export function callText(
  { verb, resource, subresource, name }: AuditEntry,
  { named = true } = {},
): string {
  const what = subresource ? `${verb} ${resource}/${subresource}` : `${verb} ${resource}`;
  return named && name ? `${what} ${name}` : what;
}

/** Numbers of API requests. */
export interface CallCounts {
  /** The number of all requests. */
  calls: number;
  /** The number of requests that may change an object. */
  writes: number;
  /**
   * The number of requests by description, such as `patch configmaps`. {@link callText} returns the
   * descriptions.
   */
  by: Map<string, number>;
}

/**
 * Counts requests. `entries` must contain one entry for each request, as {@link calls} and {@link
 * controllerCalls} return them.
 */
export function countCalls(entries: readonly AuditEntry[]): CallCounts {
  const by = new Map<string, number>();
  for (const entry of entries) {
    const key = callText(entry, { named: false });
    by.set(key, (by.get(key) ?? 0) + 1);
  }
  const writes = entries.filter(isWrite).length;
  return { calls: entries.length, writes, by };
}

/** Adds the numbers of two counts of API requests. */
export function addCounts(a: CallCounts, b: CallCounts): CallCounts {
  const by = new Map(a.by);
  for (const [key, count] of b.by) by.set(key, (by.get(key) ?? 0) + count);
  return { calls: a.calls + b.calls, writes: a.writes + b.writes, by };
}

/** Reads an audit log while the API server writes to it. */
export class AuditLog {
  readonly #file: string;
  #offset: number;

  private constructor(file: string, offset: number) {
    this.#file = file;
    this.#offset = offset;
  }

  /** Returns a reader that starts at the beginning of the log. */
  static fromStart(file: string): AuditLog {
    return new AuditLog(file, 0);
  }

  /** Returns a reader that starts at the present end of the log. */
  static async fromNow(file: string): Promise<AuditLog> {
    return new AuditLog(file, (await Deno.stat(file)).size);
  }

  /**
   * Returns the entries that the API server has written since the last call of this function. The API server
   * may log a request slightly after it has responded.
   *
   * @throws an Error if the API server has rotated the log since the last call
   */
  async read(): Promise<AuditEntry[]> {
    using file = await Deno.open(this.#file);
    const { size } = await file.stat();
    if (size < this.#offset) throw new Error(`the audit log ${this.#file} was rotated`);
    if (size === this.#offset) return [];
    await file.seek(this.#offset, Deno.SeekMode.Start);
    const bytes = new Uint8Array(await new Response(file.readable).arrayBuffer());
    const complete = bytes.subarray(0, bytes.lastIndexOf(10) + 1);
    this.#offset += complete.length;
    return parseAudit(new TextDecoder().decode(complete));
  }
}
