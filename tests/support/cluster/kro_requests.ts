/** kro's requests to the API server, read from the audit log. */
import { Api } from "../controlplane/api.ts";
import {
  type AuditEntry,
  AuditLog,
  callText,
  controllerCalls,
  isWriteVerb,
} from "../controlplane/audit.ts";
import { sharedControlPlane } from "../controlplane/shared.ts";
import { eventually, steady } from "../wait.ts";

/**
 * Requests of user `kro` on the shared control plane, without watches and requests for its Lease.
 *
 * @example
 * ```ts
 * using requests = await KroRequests.open();
 * await cluster.apply(instance);
 * await graph.active("one");
 * await requests.idle();
 * assert.deepEqual(writes(await requests.take()), ["patch trios one"]);
 * ```
 */
export class KroRequests implements Disposable {
  readonly #api: Api;
  readonly #log: AuditLog;
  /** Entries that {@link idle} has read and {@link take} has not returned yet. */
  #read: AuditEntry[] = [];

  private constructor(api: Api, log: AuditLog) {
    this.#api = api;
    this.#log = log;
  }

  /** Starts to read at the end of the log. */
  static async open(): Promise<KroRequests> {
    const { server, ca, token, auditLog } = await sharedControlPlane();
    const log = await AuditLog.fromNow(auditLog);
    const requests = new KroRequests(new Api(server, ca, token("reader")), log);
    await requests.take();
    return requests;
  }

  /** Requests since the last call that completed before this call. */
  async take(): Promise<AuditEntry[]> {
    await this.#catchUp();
    // The API server logs a request only after the client has received part of a large response: wait for the log.
    await this.#catchUp();
    return controllerCalls(this.#read.splice(0));
  }

  /** Waits until no process of kro has sent a request for `ms`, confirmed by round trips to the API server. */
  async idle(ms = 500): Promise<void> {
    await steady("requests of kro", async () => {
      await this.#catchUp();
      return String(controllerCalls(this.#read).length);
    }, ms);
  }

  /** Reads the log up to a request that it sends itself: earlier requests are logged before it. */
  async #catchUp(): Promise<void> {
    const mark = crypto.randomUUID();
    const { status, text } = await this.#api.call("GET", `/version?mark=${mark}`);
    if (status !== 200) throw new Error(`GET /version was answered ${status}: ${text}`);
    await eventually(
      `request ${mark} in the audit log`,
      async () => {
        const entries = await this.#log.read();
        this.#read.push(...entries);
        return entries.some(({ uri }) => uri.includes(mark));
      },
      undefined,
      5,
    );
  }

  [Symbol.dispose](): void {
    this.#api[Symbol.dispose]();
  }
}

/** The requests that may change an object, as `verb resource[/subresource] name`. */
export function writes(entries: readonly AuditEntry[]): string[] {
  return entries.filter(({ verb }) => isWriteVerb(verb)).map((entry) => callText(entry));
}
