// The API server's audit log: user, target and result of each call. All counts of API calls come from here.

/** One event of the audit log. */
export interface AuditEntry {
  /** The user's name, e.g. `kro`. */
  user: string;
  /** get, list, watch, create, update, patch, delete, deletecollection; for non-resource URLs the HTTP method. */
  verb: string;
  /** API group; empty for the core group and for non-resource URLs. */
  group: string;
  /** Plural resource name; empty for non-resource URLs. */
  resource: string;
  /** For example `status`; empty without a subresource. */
  subresource: string;
  /** Namespace; empty when cluster-scoped. */
  namespace: string;
  /** Object name; empty for lists, watches and most creates. */
  name: string;
  /** HTTP status. */
  code: number;
  /** `ResponseStarted` (long-running calls only), `ResponseComplete` or `Panic`. */
  stage: string;
  /** The request's URI. */
  uri: string;
  /** When the request arrived, in ISO 8601. */
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

/** The entries of a log's content, without an incomplete last line. */
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

/** One entry per call: a watch, which logs its start and its end, counts at its start; other calls count at their end. */
export function calls(entries: readonly AuditEntry[]): AuditEntry[] {
  return entries.filter(({ verb, stage }) =>
    stage === (verb === "watch" ? "ResponseStarted" : "ResponseComplete")
  );
}

/** The counted calls of a controller: those of its user, without watches and its Lease. */
export function controllerCalls(entries: readonly AuditEntry[], user = "kro"): AuditEntry[] {
  return calls(entries).filter((entry) =>
    entry.user === user && entry.resource !== "leases" && entry.verb !== "watch"
  );
}

const WRITES = new Set(["create", "update", "patch", "apply", "delete", "deletecollection"]);

/** Whether a verb may change an object. */
export function isWriteVerb(verb: string): boolean {
  return WRITES.has(verb);
}

/** `verb resource[/subresource] name`, without the name for lists and with `named: false`. */
export function callText(
  { verb, resource, subresource, name }: AuditEntry,
  { named = true } = {},
): string {
  const what = subresource ? `${verb} ${resource}/${subresource}` : `${verb} ${resource}`;
  return named && name ? `${what} ${name}` : what;
}

/** Numbers of calls. */
export interface CallCounts {
  /** All calls. */
  calls: number;
  /** Calls that may change an object. */
  writes: number;
  /** By {@link callText} without the name. */
  by: Map<string, number>;
}

/** Counts entries that are one call each, as {@link calls} and {@link controllerCalls} return them. */
export function countCalls(entries: readonly AuditEntry[]): CallCounts {
  const by = new Map<string, number>();
  for (const entry of entries) {
    const key = callText(entry, { named: false });
    by.set(key, (by.get(key) ?? 0) + 1);
  }
  const writes = entries.filter(({ verb }) => isWriteVerb(verb)).length;
  return { calls: entries.length, writes, by };
}

/** The sum of both counts. */
export function addCounts(a: CallCounts, b: CallCounts): CallCounts {
  const by = new Map(a.by);
  for (const [key, count] of b.by) by.set(key, (by.get(key) ?? 0) + count);
  return { calls: a.calls + b.calls, writes: a.writes + b.writes, by };
}

/** Reads a log as it grows. */
export class AuditLog {
  readonly #file: string;
  #offset: number;

  private constructor(file: string, offset: number) {
    this.#file = file;
    this.#offset = offset;
  }

  /** A reader that starts at the log's first entry. */
  static fromStart(file: string): AuditLog {
    return new AuditLog(file, 0);
  }

  /** A reader that starts at the log's present end. */
  static async fromNow(file: string): Promise<AuditLog> {
    return new AuditLog(file, (await Deno.stat(file)).size);
  }

  /**
   * Entries since the last call. The API server may respond to a call shortly before it logs it.
   *
   * @throws an Error if the API server has rotated the log since
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
